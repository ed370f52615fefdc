# Adds LDIF from standard input to the domain controller's own database, in one
# transaction.
import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

lp = LoadParm()
lp.load_default()
samdb = SamDB(session_info=system_session(), lp=lp)
samdb.transaction_start()
try:
    samdb.modify_ldif(sys.stdin.read())
except BaseException:
    samdb.transaction_cancel()
    raise
samdb.transaction_commit()
