"""Waits until nobody holds the lock of the users any more, then stops the server.

Run by path with the standard library alone, as it stays for as long as the server: 9 MB and no
import of the package. The kernel drops a lock with its holder, killed ones included.
"""

import fcntl
import subprocess
import sys


def main() -> None:
    """Arguments: the descriptor of the users' lock, the user and group to stop as, the command.

    User and group are 0 to stay what we are.
    """
    users, user, group = map(int, sys.argv[1:4])
    fcntl.flock(users, fcntl.LOCK_EX)
    subprocess.run(
        sys.argv[4:],
        check=False,
        stdout=subprocess.DEVNULL,
        user=user or None,
        group=group or None,
        extra_groups=[] if user else None,
    )


if __name__ == "__main__":
    main()
