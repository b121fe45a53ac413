// Makes the histories in cases/ with the real plugin; see README.md. Every case starts with empty
// collections, a clock at day 1 and the same ids, so that making them anew changes no byte.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");

// The plugin takes Date.now as the default of a patch's date when it is loaded into a schema.
let now = 0;
Date.now = () => now;

const mongoose = require("mongoose");
const patchHistory = require("mongoose-patch-history").default;

const { MongoServerError, ObjectId } = mongoose.mongo;

let serial = 0;
ObjectId.generate = () => {
  const id = Buffer.alloc(12);
  id.writeUInt32BE(Math.floor(now / 1000), 0);
  id.writeUInt32BE(++serial, 8);
  return id;
};

const schema = new mongoose.Schema({
  email: { type: String, unique: true, sparse: true },
  password: String,
  lastLoginAt: Date,
  status: { type: String, default: "IN_PROGRESS" },
  statusPhase1: { type: String, default: "WAITING_AFFECTATION" },
  gender: String,
  birthdateAt: Date,
  cohort: String,
  withdrawnReason: String,
  parentAllowSNU: String, // "true" or "false"
  hasStartedReinscription: Boolean,
  phase2NumberHoursDone: String,
  statusPhase2Contract: [String],
  phase2ApplicationStatus: [String],
  classeId: String, // an ObjectId's digits
  location: { lat: Number, lon: Number },
  notes: [{ text: String }],
  extra: mongoose.Schema.Types.Mixed,
  createdAt: { type: Date, default: Date.now },
  updatedAt: { type: Date, default: Date.now },
});

schema.pre("save", function (next, options) {
  this._user = options?.fromUser;
  next();
});

schema.plugin(patchHistory, {
  mongoose,
  name: "youngPatches",
  trackOriginalValue: true,
  includes: {
    modelName: { type: String, required: true, default: "young" },
    user: { type: Object, required: false, from: "_user" },
  },
  excludes: ["/password", "/lastLoginAt", "/updatedAt"],
});

// Runs after the plugin's own hook, as the application's calls to other services do.
schema.pre("save", function (next) {
  next(this.$locals.unreachable && new Error("service unreachable"));
});

// Between the plugin's look at a document and the update of it time passes.
schema.pre(["updateOne", "updateMany", "findOneAndUpdate"], function () {
  now += 1;
});

// MongoDB answers `_id: {$in: …}` in the order of its index on _id, and a filter without index in
// the order of insertion. FerretDB has no such index: this makes it answer in the same order.
schema.pre("find", function () {
  if (this.getFilter()._id?.$in) this.sort({ _id: 1 });
});

const Young = mongoose.model("young", schema);

const FIRST = id(1);
const SECOND = id(2);
const THIRD = id(3);
const NOBODY = { email: "nobody@example.org" };

function id(number) {
  return new ObjectId("65a0000000000000" + number.toString(16).padStart(8, "0"));
}

/** The clock shows ten o'clock, UTC, of a day of March 2024. */
function day(number) {
  now = Date.UTC(2024, 2, number, 10);
}

function create(_id, fields = {}) {
  return Young.create({ _id, ...fields });
}

/** A document that came without the plugin, so without the schema's defaults. */
function insertNatively(_id, fields) {
  return Young.collection.insertOne({ _id, ...fields });
}

async function change(young, fields, options) {
  young.set(fields);
  await young.save(options);
}

const cases = {
  async creation_adds_each_field_without_original() {
    const young = new Young({
      _id: FIRST,
      email: "a@example.org",
      password: "secret",
      gender: "female",
      classeId: String(id(9)),
    });
    const fromUser = { role: "referent_region", lastName: "X" };
    await young.save({ fromUser });
  },

  async unchanged_and_excluded_fields_leave_no_patch() {
    const young = await create(FIRST, { gender: "male" });
    day(2);
    await change(young, { gender: "male" });
    const today = new Date(now);
    await change(young, { password: "secret", lastLoginAt: today, updatedAt: today });
  },

  async setting_adds_and_unsetting_removes() {
    const young = await create(FIRST);
    day(2);
    await change(young, { cohort: "Juin 2023" });
    day(3);
    await change(young, { cohort: "Juillet 2023" });
    day(4);
    await change(young, { cohort: undefined });
  },

  async null_missing_empty_zero_and_false_differ() {
    const young = await create(FIRST, { withdrawnReason: null, hasStartedReinscription: false });
    const values = ["", null, undefined, "other", "", undefined, null];
    const others = [0, false, null, "", undefined, false, 0];
    for (const [at, value] of values.entries()) {
      day(2 + at);
      await change(young, { withdrawnReason: value, extra: others[at] });
    }
  },

  async string_booleans_and_numeric_strings_stay_strings() {
    const young = await create(FIRST, { parentAllowSNU: "", phase2NumberHoursDone: "0" });
    day(2);
    await change(young, { parentAllowSNU: "true", phase2NumberHoursDone: 84 });
    day(3);
    await change(young, { parentAllowSNU: false, phase2NumberHoursDone: "" });
  },

  async dates_are_iso_strings() {
    const young = await create(FIRST, { birthdateAt: new Date("2007-06-15T11:00:00Z") });
    day(2);
    await change(young, { birthdateAt: "2006-06-15T11:00:00.120Z" });
    day(3);
    await change(young, { birthdateAt: null });
  },

  async object_ids_are_hex_strings() {
    const young = await create(FIRST, { classeId: id(7), extra: { classe: id(7) } });
    day(2);
    await change(young, { classeId: id(8), extra: { classe: id(8) } });
  },

  async a_push_adds_at_the_tail() {
    const young = await create(FIRST);
    day(2);
    young.phase2ApplicationStatus.push("WAITING_VALIDATION", "VALIDATED");
    await young.save();
    day(3);
    await Young.updateOne({ _id: FIRST }, { $push: { phase2ApplicationStatus: "DONE" } });
  },

  async a_pull_shifts_values_and_removes_the_tail() {
    const young = await create(FIRST, { statusPhase2Contract: ["DRAFT", "SENT", "VALIDATED"] });
    day(2);
    young.statusPhase2Contract.pull("DRAFT");
    await young.save();
    day(3);
    young.statusPhase2Contract.pop();
    await young.save();
  },

  async a_replaced_array_is_compared_by_index() {
    const young = await create(FIRST, { phase2ApplicationStatus: ["DONE", "CANCEL", "REFUSED"] });
    day(2);
    await change(young, { phase2ApplicationStatus: ["VALIDATED"] });
    day(3);
    await change(young, { phase2ApplicationStatus: ["VALIDATED", "DONE", "ABANDON"] });
    day(4);
    await change(young, { phase2ApplicationStatus: [] });
    day(5);
    await change(young, { phase2ApplicationStatus: null });
    day(6);
    await change(young, { phase2ApplicationStatus: ["DONE"] });
    day(7);
    await change(young, { phase2ApplicationStatus: undefined });
  },

  async nested_objects_change_by_path() {
    const young = await create(FIRST, { location: { lat: 48.8 } });
    day(2);
    await change(young, { "location.lon": 2.3 });
    day(3);
    await Young.updateOne({ _id: FIRST }, { $set: { "location.lat": 45.7 } });
    day(4);
    await Young.updateOne({ _id: FIRST }, { $unset: { location: 1 } });
  },

  async escaped_keys_lose_their_original() {
    const young = await create(FIRST, { extra: { "a/b": 1, "c~d": { "~1": 1, e: 1 } } });
    day(2);
    await change(young, { extra: { "a/b": 2, "c~d": { "~1": 2, e: 2 } } });
    day(3);
    await change(young, { extra: { "c~d": {}, f: 1 } });
  },

  async a_dotted_key_takes_the_original_of_the_nested_one() {
    await create(FIRST, { extra: { k: { l: "nested" } } });
    day(2);
    // MongoDB stores a key with a dot, FerretDB refuses it: the document is given as MongoDB would.
    const stored = await Young.collection.findOne({ _id: FIRST });
    const young = Young.hydrate({ ...stored, extra: { "k.l": "dotted", k: { l: "nested" } } });
    await change(young, { extra: { k: { l: "nested" } } });
  },

  async an_array_that_becomes_an_object_is_replaced_several_times() {
    const young = await create(FIRST, { extra: ["a", "b"] });
    day(2);
    await change(young, { extra: { x: 1 } });
    day(3);
    await change(young, { extra: ["c"] });
  },

  async an_empty_array_that_becomes_an_object_only_adds() {
    const young = await create(FIRST, { extra: { list: [] } });
    day(2);
    await change(young, { extra: { list: { x: 1 } } });
  },

  async an_array_that_becomes_an_object_with_its_indexes_is_not_told() {
    const young = await create(FIRST, { extra: ["a"] });
    day(2);
    await change(young, { extra: { 0: "a", x: 1 } });
  },

  async an_empty_object_is_an_absent_value() {
    const young = await create(FIRST, { extra: ["a"] });
    day(2);
    await change(young, { extra: ["a", {}], notes: [{}] });
    day(3);
    await change(young, { extra: [{}, "b"], notes: [{ text: "b" }] });
    day(4);
    await change(young, { extra: [{}], notes: [] });
  },

  async update_one_tells_only_what_it_changed() {
    await create(FIRST, { gender: "male", status: "WAITING_VALIDATION" });
    day(2);
    await Young.updateOne({ _id: FIRST }, { status: "VALIDATED", updatedAt: new Date(now) });
    day(3);
    await Young.updateOne({ _id: FIRST }, { status: "VALIDATED" });
  },

  async update_one_whose_filter_no_longer_matches_still_tells() {
    await create(FIRST, { status: "WAITING_VALIDATION" });
    day(2);
    await Young.updateOne({ status: "WAITING_VALIDATION" }, { status: "VALIDATED" });
  },

  async find_one_and_update_giving_the_old_document() {
    await create(FIRST, { status: "WAITING_VALIDATION" });
    day(2);
    await Young.findOneAndUpdate({ _id: FIRST }, { status: "VALIDATED" });
  },

  async find_one_and_update_giving_the_new_document() {
    await create(FIRST, { status: "WAITING_VALIDATION" });
    day(2);
    await Young.findOneAndUpdate({ _id: FIRST }, { status: "VALIDATED" }, { new: true });
    day(3);
    await Young.findByIdAndUpdate(FIRST, { status: "WITHDRAWN" }, { returnDocument: "after" });
  },

  async update_many_in_the_order_of_insertion() {
    await create(FIRST, { cohort: "Juin 2023", status: "VALIDATED" });
    await create(SECOND, { cohort: "Juin 2023", status: "WAITING_LIST" });
    day(2);
    await Young.updateMany({ cohort: "Juin 2023" }, { status: "WITHDRAWN" });
  },

  async update_many_in_another_order_crosses_originals() {
    await create(THIRD, { cohort: "Juin 2023", status: "VALIDATED", gender: "male" });
    await create(SECOND, { cohort: "Juin 2023", status: "WAITING_LIST", gender: "male" });
    await create(FIRST, { cohort: "Juin 2023", status: "REFUSED", gender: "female" });
    day(2);
    await Young.updateMany({ cohort: "Juin 2023" }, { status: "WITHDRAWN" });
  },

  async an_update_without_match_tells_a_creation_of_another_document() {
    await create(FIRST, { cohort: "Juin 2023", status: "VALIDATED", gender: "female" });
    day(9);
    await Young.updateOne(NOBODY, { status: "VALIDATED" });
  },

  async an_update_without_match_is_the_first_patch_of_a_document() {
    const createdAt = new Date(now);
    await insertNatively(FIRST, { status: "VALIDATED", gender: "female", createdAt });
    day(9);
    await Young.updateOne(NOBODY, { status: "VALIDATED" });
  },

  async an_update_many_without_match_is_the_whole_creation_of_older_documents() {
    const createdAt = new Date(now);
    await insertNatively(FIRST, { status: "VALIDATED", gender: "female", createdAt });
    await create(SECOND, { status: "REFUSED" });
    await create(THIRD, { status: "VALIDATED" });
    day(9);
    await Young.updateMany(NOBODY, { status: "VALIDATED" });
  },

  async a_push_without_match_tells_a_creation_of_the_first_document() {
    await create(FIRST, { gender: "female" });
    await create(SECOND, { gender: "male" });
    day(9);
    await Young.updateOne(NOBODY, { $push: { statusPhase2Contract: "A" } });
  },

  async a_push_to_many_without_match_tells_a_creation_of_every_document() {
    await create(FIRST, { gender: "female" });
    await create(SECOND, { gender: "male" });
    day(9);
    await Young.updateMany(NOBODY, { $push: { statusPhase2Contract: "A" } });
  },

  async a_find_one_and_update_without_match_fails_or_tells_a_creation() {
    await create(FIRST, { status: "VALIDATED" });
    day(2);
    const made = Young.findOneAndUpdate(NOBODY, { status: "VALIDATED" }, { new: true });
    await assert.rejects(made, TypeError);
    day(3);
    await Young.findOneAndUpdate(NOBODY, { status: "VALIDATED" });
  },

  async an_upsert_is_compared_with_the_defaults() {
    const young = { cohort: "Juin 2023", status: "VALIDATED" };
    await Young.updateOne({ _id: FIRST }, young, { upsert: true });
  },

  async a_hook_that_fails_leaves_a_phantom() {
    const young = await create(FIRST, { status: "WAITING_VALIDATION" });
    day(2);
    young.$locals.unreachable = true;
    await assert.rejects(change(young, { status: "VALIDATED" }), /unreachable/);
    day(3);
    const loaded = await Young.findById(FIRST);
    await change(loaded, { status: "REFUSED" });
  },

  async a_hook_that_fails_last_leaves_a_phantom() {
    const young = await create(FIRST, { status: "WAITING_VALIDATION" });
    day(2);
    young.$locals.unreachable = true;
    await assert.rejects(change(young, { status: "VALIDATED" }), /unreachable/);
  },

  async a_save_tried_again_leaves_its_patch_twice() {
    const young = await create(FIRST, { status: "WAITING_VALIDATION" });
    day(2);
    young.$locals.unreachable = true;
    await assert.rejects(change(young, { status: "VALIDATED" }), /unreachable/);
    young.$locals.unreachable = false;
    await young.save();
  },

  async a_duplicate_key_leaves_the_creation_of_no_document() {
    await create(FIRST, { email: "a@example.org" });
    day(2);
    await assert.rejects(create(SECOND, { email: "a@example.org" }), MongoServerError);
  },

  async a_version_error_leaves_a_phantom() {
    await create(FIRST, { phase2ApplicationStatus: ["WAITING_VALIDATION", "VALIDATED"] });
    const [one, other] = [await Young.findById(FIRST), await Young.findById(FIRST)];
    day(2);
    one.phase2ApplicationStatus = ["DONE"];
    await one.save();
    day(3);
    other.phase2ApplicationStatus.set(1, "DONE");
    await assert.rejects(other.save(), mongoose.Error.VersionError);
  },

  async an_update_that_fails_leaves_no_patch() {
    await create(FIRST, { email: "a@example.org" });
    await create(SECOND, { email: "b@example.org" });
    day(2);
    const update = { email: "a@example.org", status: "VALIDATED" };
    const failing = Young.updateOne({ _id: SECOND }, update);
    await assert.rejects(failing, MongoServerError);
  },

  async an_invalid_value_leaves_no_patch() {
    const young = await create(FIRST);
    day(2);
    const wrong = change(young, { status: "VALIDATED", birthdateAt: "no date" });
    await assert.rejects(wrong, mongoose.Error.ValidationError);
  },

  async a_document_saved_after_its_deletion_leaves_a_phantom() {
    const young = await create(FIRST, { status: "VALIDATED" });
    day(2);
    await Young.deleteOne({ _id: FIRST });
    day(3);
    const save = change(young, { status: "WITHDRAWN" });
    await assert.rejects(save, mongoose.Error.DocumentNotFoundError);
  },

  async stale_writers_leave_two_patches_with_one_original() {
    await create(FIRST, { status: "WAITING_VALIDATION" });
    const [one, other] = [await Young.findById(FIRST), await Young.findById(FIRST)];
    day(2);
    await change(one, { status: "VALIDATED" });
    day(3);
    await change(other, { status: "REFUSED", cohort: "Juin 2023" });
  },

  async stale_pushes_tell_the_same_index() {
    await create(FIRST);
    const [one, other] = [await Young.findById(FIRST), await Young.findById(FIRST)];
    day(2);
    one.phase2ApplicationStatus.push("DONE");
    await one.save();
    day(3);
    other.phase2ApplicationStatus.push("CANCEL");
    await other.save();
  },

  async writes_around_the_plugin_leave_no_patch() {
    await Young.insertMany([{ _id: FIRST, gender: "male" }, { _id: SECOND }]);
    day(2);
    const filter = { _id: FIRST };
    const update = { $set: { status: "WAITING_VALIDATION" } };
    await Young.bulkWrite([{ updateOne: { filter, update } }]);
    day(3);
    await Young.collection.updateOne(filter, { $set: { statusPhase1: "AFFECTED" } });
    day(4);
    const whole = await Young.collection.findOne({ _id: SECOND });
    await Young.replaceOne({ _id: SECOND }, { ...whole, cohort: "Juin 2023" });
    day(5);
    await change(await Young.findById(FIRST), { status: "VALIDATED" });
  },

  async a_bulk_save_leaves_patches() {
    await create(FIRST);
    day(2);
    const young = await Young.findById(FIRST);
    young.gender = "female";
    await Young.bulkSave([young]);
  },

  async an_inserted_document_saved_at_once_tells_a_late_creation() {
    const [young] = await Young.insertMany([{ _id: FIRST, gender: "male" }]);
    day(9);
    await change(young, { status: "VALIDATED" });
  },

  async a_schema_default_appears_without_patch() {
    await insertNatively(FIRST, { gender: "male" });
    day(2);
    await change(await Young.findById(FIRST), { cohort: "Juin 2023" });
    day(3);
    await change(await Young.findById(FIRST), { status: "WAITING_VALIDATION" });
  },

  async an_update_does_not_store_the_defaults_it_compares() {
    await insertNatively(FIRST, { gender: "male" });
    day(2);
    await Young.updateOne({ _id: FIRST }, { cohort: "Juin 2023" });
  },

  async unsetting_by_update_tells_the_default() {
    await create(FIRST, { status: "VALIDATED", statusPhase1: "WAITING_AFFECTATION" });
    day(2);
    await Young.updateOne({ _id: FIRST }, { $unset: { status: 1, statusPhase1: 1 } });
  },

  async unsetting_by_save_removes_a_default() {
    const young = await create(FIRST, { status: "VALIDATED" });
    day(2);
    await change(young, { status: undefined });
    day(3);
    await change(await Young.findById(FIRST), { gender: "male" });
  },

  async deletions_leave_the_patches() {
    for (const own of [FIRST, SECOND, THIRD]) await create(own, { status: "VALIDATED" });
    day(2);
    await Young.deleteOne({ _id: FIRST });
    await Young.findByIdAndDelete(SECOND);
    await (await Young.findById(THIRD)).deleteOne();
  },

  async patches_of_one_millisecond_have_rising_ids() {
    const young = await create(FIRST);
    for (const status of ["WAITING_VALIDATION", "IN_PROGRESS", "VALIDATED"]) {
      await change(young, { status });
    }
  },
};

async function dump(collection, file) {
  const found = collection.find({}, { raw: true, sort: { _id: 1 } });
  fs.writeFileSync(file, Buffer.concat(await found.toArray()));
}

async function main() {
  await mongoose.connect(process.env.SNU_TEST_MONGO_URI, { dbName: "plugin_fixtures" });
  const collections = { youngs: Young.collection, young_patches: Young.Patches.collection };
  const folder = path.join(__dirname, "cases");
  fs.rmSync(folder, { recursive: true, force: true });
  await mongoose.connection.dropDatabase();
  await Young.createIndexes();
  for (const [name, make] of Object.entries(cases)) {
    for (const collection of Object.values(collections)) await collection.deleteMany({});
    serial = 0;
    day(1);
    await make();
    fs.mkdirSync(path.join(folder, name), { recursive: true });
    for (const [kind, collection] of Object.entries(collections)) {
      await dump(collection, path.join(folder, name, `${kind}.bson`));
    }
  }
  await mongoose.connection.dropDatabase();
  await mongoose.disconnect();
}

main();
