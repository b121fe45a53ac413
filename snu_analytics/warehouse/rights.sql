-- The roles, schemas, owners and rights that are missing: a row for each, in the order in which
-- they are to be given, with the statement that gives it. What holds already has no row.
--
-- `snu_owner` owns the schemas `analytics` and `published` and their tables, `snu_loader` runs the
-- nights, `snu_analyst` and `snu_reader` read. All can log in; none has a password, so that under
-- password authentication nobody gets in before an administrator set one. People may as well be
-- members with logins of their own, but PostgreSQL does not pass a role's settings on to its
-- members: a member of `snu_reader` or `snu_analyst` needs the same ALTER ROLE ... SET of its own.
--
-- PUBLIC has no right, not even to connect: a login that is a member of none of the roles,
-- Dagster's own if it has one, needs a GRANT CONNECT. Of PostgreSQL's own functions, which everybody
-- may run, those are closed by which a reader could write, lock or count; only a superuser may do
-- that, so that on a managed server these remain and are reported as left.
WITH role (name, purpose) AS (VALUES
    ('snu_owner', 'owns the tables'),
    ('snu_loader', 'writes the events and figures'),
    ('snu_analyst', 'reads the pseudonymised events and what is published'),
    ('snu_membership_analyst', 'reads the classes, schools and stays that subjects belong to'),
    ('snu_reader', 'reads what is published, nothing else')
), setting (role, name, value) AS (VALUES
    ('snu_analyst', 'default_transaction_read_only', 'on'),
    ('snu_membership_analyst', 'default_transaction_read_only', 'on'),
    ('snu_reader', 'default_transaction_read_only', 'on'),
    -- A transaction that a reader leaves open holds up every change of the tables it has read.
    ('snu_analyst', 'idle_in_transaction_session_timeout', '10min'),
    ('snu_membership_analyst', 'idle_in_transaction_session_timeout', '10min'),
    ('snu_reader', 'idle_in_transaction_session_timeout', '10min'),
    ('snu_analyst', 'statement_timeout', '300s'),
    ('snu_membership_analyst', 'statement_timeout', '300s'),
    ('snu_reader', 'statement_timeout', '60s')
), connections (role, most) AS (VALUES
    -- Of the server's 100: who reads cannot keep the nights out.
    ('snu_analyst', 30), ('snu_reader', 30)
), schema (name, owned, purpose) AS (VALUES
    ('analytics', true, 'Restricted: pseudonymised events, daily figures, and what was set aside'),
    ('published', true, 'What readers see'),
    -- Dagster makes its tables itself: they belong to the login it first runs under.
    ('dagster', false, 'Runs and events of Dagster')
), schema_right (role, schema, privileges) AS (VALUES
    ('snu_loader', 'analytics', ARRAY['USAGE']),
    ('snu_loader', 'published', ARRAY['USAGE']),
    ('snu_loader', 'dagster', ARRAY['USAGE', 'CREATE']),
    ('snu_analyst', 'analytics', ARRAY['USAGE']),
    ('snu_membership_analyst', 'analytics', ARRAY['USAGE']),
    ('snu_analyst', 'published', ARRAY['USAGE']),
    ('snu_reader', 'published', ARRAY['USAGE'])
), table_right (role, schema, privileges) AS (VALUES
    ('snu_loader', 'analytics', ARRAY['SELECT', 'INSERT', 'DELETE']),
    ('snu_loader', 'published', ARRAY['SELECT', 'INSERT', 'DELETE']),
    ('snu_analyst', 'analytics', ARRAY['SELECT']),
    ('snu_analyst', 'published', ARRAY['SELECT']),
    ('snu_reader', 'published', ARRAY['SELECT'])
), closed_functions (what, pattern, roles) AS (VALUES
    ('that write large objects or the log', '^(lo_|loread|lowrite|pg_logical_emit_message)', NULL),
    -- Some hundred thousand advisory locks fill the memory that all locks share.
    ('of advisory locks', '^pg_(try_)?advisory_(xact_)?lock', 'snu_owner, snu_loader'),
    -- They count the rows of tables that one may not read, those of an erasure too. That of live
    -- rows stays open: Metabase calls it for every table, and pg_class has nearly the same number.
    (
        'that count the rows and bytes of tables',
        '^(pg_stat_get_(?!live_tuples).+[(]oid[)]|pg_(relation|table|total_relation|indexes)_size)',
        'snu_owner, snu_loader, snu_analyst, pg_monitor'
    )
), database_right (role, privilege) AS (
    SELECT name, 'CONNECT' FROM role UNION ALL VALUES ('snu_loader', 'TEMPORARY')
), database AS (
    SELECT quote_ident(datname) AS name, coalesce(datacl, acldefault('d', datdba)) AS acl
    FROM pg_database WHERE datname = current_database()
), owner AS (
    -- Whoever hands tables to the owner must be a member, and so keeps all rights on them.
    SELECT to_regrole('snu_owner')::oid AS oid,
        coalesce(pg_has_role(to_regrole('snu_owner')::oid, 'USAGE'), false) AS is_mine
), maker (oid) AS (
    SELECT oid FROM pg_roles WHERE rolname = current_user UNION SELECT oid FROM owner WHERE is_mine
), membership AS (
    -- A class is 25 pupils: for one role of its own, which whoever needs both is granted as well.
    SELECT c.oid, c.oid::regclass::text AS name, relacl FROM pg_class c
    WHERE relnamespace = to_regnamespace('analytics') AND relkind = 'r'
    AND relname LIKE '%\_membership'
), foreign_table AS (
    SELECT nspname AS schema, c.oid::regclass::text AS name
    FROM owner, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v') AND c.relowner <> owner.oid
), open_function AS (
    SELECT p.oid::regprocedure::text AS name
    FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner)))
    WHERE pronamespace = 'pg_catalog'::regnamespace AND grantee = 0
), missing (step, kind, subject, sentence, statement) AS (
    SELECT 1, 'created', 'role ' || name, format('role %s: %s', name, purpose),
        format('CREATE ROLE %s LOGIN', name)
    FROM role WHERE to_regrole(name) IS NULL
UNION ALL
    SELECT 2, 'changed', 'role ' || name, name || ' may log in', format('ALTER ROLE %s LOGIN', name)
    FROM role JOIN pg_roles ON rolname = name WHERE NOT rolcanlogin
UNION ALL
    SELECT 3, 'changed', 'role ' || role, format('%s is %s for %s', name, value, role),
        format('ALTER ROLE %s SET %s = %L', role, name, value)
    FROM setting WHERE NOT EXISTS (
        SELECT FROM pg_roles WHERE rolname = role AND format('%s=%s', name, value) = ANY (rolconfig)
    )
UNION ALL
    -- A limit that an administrator chose stands.
    SELECT 3, 'changed', 'role ' || rolname, format('%s may hold %s connections', rolname, most),
        format('ALTER ROLE %s CONNECTION LIMIT %s', rolname, most)
    FROM connections JOIN pg_roles ON rolname = role WHERE rolconnlimit = -1
UNION ALL
    SELECT 4, 'changed', 'role snu_owner', format('%I is a member of snu_owner', current_user),
        format('GRANT snu_owner TO %I', current_user)
    FROM owner WHERE NOT is_mine
UNION ALL
    -- The public edition of the report is made with the rights of those who read it.
    SELECT 4, 'changed', 'role snu_loader', 'snu_loader may take the role of a reader',
        'GRANT snu_reader TO snu_loader'
    WHERE pg_has_role(to_regrole('snu_loader')::oid, to_regrole('snu_reader')::oid, 'MEMBER')
        IS NOT TRUE
UNION ALL
    SELECT 5, 'created', 'schema ' || name, purpose, 'CREATE SCHEMA ' || name
    FROM schema WHERE to_regnamespace(name) IS NULL
UNION ALL
    SELECT 6, 'changed', 'schema ' || name, 'no right for PUBLIC on schema ' || name,
        format('REVOKE ALL ON SCHEMA %s FROM PUBLIC', name)
    FROM schema WHERE EXISTS (
        SELECT FROM pg_namespace, aclexplode(nspacl) AS acl WHERE nspname = name AND grantee = 0
    )
UNION ALL
    -- Nothing for who is no member of the owner: that much is missing, and reported, before.
    SELECT 7, 'changed', 'schema ' || name, format('snu_owner owns schema %s and its tables', name),
        concat_ws('; ', format('ALTER SCHEMA %s OWNER TO snu_owner', name), (
            SELECT string_agg(format('ALTER TABLE %s OWNER TO snu_owner', t.name), '; ' ORDER BY t.name)
            FROM foreign_table t WHERE t.schema = schema.name
        ))
    FROM schema, owner WHERE owned AND is_mine AND (
        NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = name AND nspowner = owner.oid)
        OR name IN (SELECT t.schema FROM foreign_table t)
    )
UNION ALL
    -- Only without a schema can EXECUTE, which everybody has of any new function, be taken back.
    SELECT 8, 'changed', 'role snu_owner', 'no right for PUBLIC on functions to come of snu_owner',
        'ALTER DEFAULT PRIVILEGES FOR ROLE snu_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC'
    FROM owner WHERE is_mine AND NOT EXISTS (
        SELECT FROM pg_default_acl
        WHERE defaclrole = owner.oid AND defaclnamespace = 0 AND defaclobjtype = 'f'
        AND NOT EXISTS (SELECT FROM aclexplode(defaclacl) WHERE grantee = 0)
    )
UNION ALL
    -- Who may make no tables there, such as the loader, has nothing to prepare for them.
    SELECT 9, 'changed', 'schema ' || schema,
        format('%s may %s on tables to come', role, lower(array_to_string(privileges, ', '))),
        format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s GRANT %s ON TABLES TO %s',
            maker.oid::regrole, schema, array_to_string(privileges, ', '), role)
    FROM table_right, maker
    WHERE has_schema_privilege(to_regnamespace(schema)::oid, 'CREATE') IS NOT FALSE AND NOT EXISTS (
        SELECT FROM pg_default_acl, aclexplode(defaclacl) AS acl
        WHERE defaclnamespace = to_regnamespace(schema) AND defaclobjtype = 'r'
        AND defaclrole = maker.oid AND acl.grantee = to_regrole(role)
        HAVING array_agg(acl.privilege_type) @> privileges
    )
UNION ALL
    SELECT 10, 'changed', 'schema public', 'PUBLIC may create nothing in schema public',
        'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
    FROM pg_namespace WHERE nspname = 'public' AND EXISTS (
        SELECT FROM aclexplode(nspacl) WHERE grantee = 0 AND privilege_type = 'CREATE'
    )
UNION ALL
    SELECT 11, 'changed', 'schema ' || name,
        format('no right for PUBLIC on the tables of schema %s', name),
        format('REVOKE ALL ON ALL TABLES IN SCHEMA %s FROM PUBLIC', name)
    FROM schema WHERE owned AND EXISTS (
        SELECT FROM pg_class, aclexplode(relacl) AS acl
        WHERE relnamespace = to_regnamespace(name) AND grantee = 0
    )
UNION ALL
    SELECT 12, 'changed', 'schema ' || schema,
        format('%s has %s on schema %s', role, lower(array_to_string(privileges, ', ')), schema),
        format('GRANT %s ON SCHEMA %s TO %s', array_to_string(privileges, ', '), schema, role)
    FROM schema_right WHERE EXISTS (
        SELECT FROM unnest(privileges) AS privilege WHERE has_schema_privilege(
            to_regrole(role)::oid, to_regnamespace(schema)::oid, privilege
        ) IS NOT TRUE
    )
UNION ALL
    SELECT 13, 'changed', 'schema ' || schema,
        format('%s may %s on its tables', role, lower(array_to_string(privileges, ', '))),
        format('GRANT %s ON ALL TABLES IN SCHEMA %s TO %s',
            array_to_string(privileges, ', '), schema, role)
    FROM table_right WHERE to_regrole(role) IS NULL OR EXISTS (
        SELECT FROM pg_class c, unnest(privileges) AS privilege
        WHERE relnamespace = to_regnamespace(schema) AND relkind IN ('r', 'p', 'v')
        AND NOT has_table_privilege(to_regrole(role)::oid, c.oid, privilege)
        AND NOT (role = 'snu_analyst' AND c.oid IN (SELECT oid FROM membership))
    )
UNION ALL
    -- What the rights on all tables, and on those to come, have given.
    SELECT 14, 'changed', 'table ' || name, 'snu_analyst may not read ' || name,
        format('REVOKE ALL ON %s FROM snu_analyst', name)
    FROM membership WHERE EXISTS (
        SELECT FROM aclexplode(relacl) WHERE grantee = to_regrole('snu_analyst')
    )
UNION ALL
    SELECT 14, 'changed', 'table ' || name, 'snu_membership_analyst may read ' || name,
        format('GRANT SELECT ON %s TO snu_membership_analyst', name)
    FROM membership WHERE
        has_table_privilege(to_regrole('snu_membership_analyst')::oid, oid, 'SELECT') IS NOT TRUE
UNION ALL
    SELECT 14, 'changed', 'database ' || name, format('%s may %s', role, lower(privilege)),
        format('GRANT %s ON DATABASE %s TO %s', privilege, name, role)
    FROM database_right, database WHERE NOT EXISTS (
        SELECT FROM aclexplode(acl) AS held
        WHERE held.grantee = to_regrole(role) AND held.privilege_type = privilege
    )
UNION ALL
    SELECT 15, 'changed', 'database ' || name, 'no right for PUBLIC on the database',
        format('REVOKE ALL ON DATABASE %s FROM PUBLIC', name)
    FROM database WHERE EXISTS (SELECT FROM aclexplode(acl) WHERE grantee = 0)
UNION ALL
    SELECT 16, 'changed', 'functions ' || what, format('no right for PUBLIC on functions %s', what),
        format('DO $$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc '
            'WHERE pronamespace = ''pg_catalog''::regnamespace AND oid::regprocedure::text ~ %L LOOP '
            'EXECUTE format(''REVOKE EXECUTE ON FUNCTION %%s FROM PUBLIC'', f);%s END LOOP; END $$',
            pattern,
            ' EXECUTE format(''GRANT EXECUTE ON FUNCTION %s TO ' || roles || ''', f);'
        )
    FROM closed_functions WHERE EXISTS (SELECT FROM open_function f WHERE f.name ~ pattern)
)
SELECT kind, subject, sentence, statement FROM missing ORDER BY step, statement
