"""Waits until nobody holds the lock of the users any more, then stops the server.

Run by path with the standard library alone, as it stays for as long as the server: 9 MB and no
import of the package. The kernel drops a lock with its holder, killed ones included.
"""

import fcntl
import subprocess
import sys


def main() -> None:
    """Arguments: the descriptor of the users' lock, user and group to stop as, the command."""
    users, user, group, *command = sys.argv[1:]
    fcntl.flock(int(users), fcntl.LOCK_EX)
    drop = {"user": int(user), "group": int(group), "extra_groups": []} if int(user) else {}
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, **drop)  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
