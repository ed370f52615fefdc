package samba

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/entente-ad/entente/tests/forest"
)

// onAFolder goes before the last line of the program of jobs: it lets them work
// on a domain's database in a folder, in small batches, and counts what each
// transaction wrote. The process dies in the middle of a transaction after so
// many, as by a signal that nobody can catch; -1 means that it does not.
const onAFolder = `
FOLDER, ACCOUNTS, DIE = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
BATCH, MEMBERS = 50, 120
COUNTS, OPEN = [], []


def local_sam():
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB
    lp = LoadParm()
    lp.load(FOLDER + "/etc/smb.conf")

    class Counted(SamDB):
        def transaction_start(self):
            OPEN.append(0)
            super().transaction_start()

        def transaction_commit(self):
            super().transaction_commit()
            COUNTS.append(OPEN.pop())

        def modify(self, *args, **kwargs):
            super().modify(*args, **kwargs)
            if OPEN:
                OPEN[-1] += 1
                if 0 <= DIE <= len(COUNTS) and OPEN[-1] > BATCH // 2:
                    os._exit(9)

    return Counted(url=FOLDER + "/private/sam.ldb", session_info=system_session(lp), lp=lp)


def fill(job):
    sam = local_sam()
    sam.transaction_start()
    for i in range(ACCOUNTS):
        sam.add({"dn": "CN=c%d,CN=Computers,%s" % (i, sam.get_default_basedn()), "objectClass": "computer",
                 "sAMAccountName": "c%d$" % i, "userAccountControl": "4096"})
    sam.transaction_commit()
    return {}


def counted(job):
    global SECONDS
    SECONDS = job["seconds"]
    out = selective(job)
    sam = local_sam()
    policies = sam.search("CN=AuthN Policies,CN=AuthN Policy Configuration,CN=Services," + str(sam.get_config_basedn()), 1,
                          "(objectClass=msDS-AuthNPolicy)", attrs=["msDS-AssignedAuthNPolicyBL"])
    return dict(out, counts=COUNTS, members=[len(m.get("msDS-AssignedAuthNPolicyBL", [])) for m in policies])


JOBS.update(fill=fill, counted=counted)
`

// bigDomain is a domain's database in a folder.
type bigDomain struct {
	*testing.T
	folder   string
	accounts int
}

// counted is what a job found and did, and what was written.
type counted struct {
	SelectiveOutcome
	Counts  []int // objects that each transaction wrote
	Members []int // accounts of each policy in the database
}

// run runs a job; ok is false when it died.
func (d bigDomain) run(job map[string]any, die int) (out counted, ok bool) {
	d.Helper()
	program, found := strings.CutSuffix(strings.TrimSpace(string(wholeProgram())), "main()")
	data, err := json.Marshal(job)
	if err != nil || !found {
		d.Fatal(err, found)
	}
	script := filepath.Join(d.TempDir(), "job.py")
	if err := os.WriteFile(script, []byte(program+onAFolder+"main()\n"), 0o600); err != nil {
		d.Fatal(err)
	}
	cmd := exec.CommandContext(d.Context(), "/bin/sh", "-c", `exec /usr/bin/python3 -I -B "$@" 4>"$1.out"`, "sh",
		script, d.folder, strconv.Itoa(d.accounts), strconv.Itoa(die))
	cmd.Stdin = strings.NewReader(string(data))
	said, err := cmd.CombinedOutput()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.ExitCode() == 9 && die >= 0 {
		return out, false
	}
	if err != nil {
		d.Fatalf("%v: %s", err, said)
	}
	answer, err := os.ReadFile(script + ".out")
	if err != nil {
		d.Fatal(err)
	}
	rep := struct {
		Value *counted
		Error string
	}{Value: &out}
	if err := json.Unmarshal(answer, &rep); err != nil || rep.Error != "" {
		d.Fatalf("%v: %s: %s", err, answer, said)
	}
	return out, true
}

// bounded checks that no transaction wrote more than a batch.
func (d bigDomain) bounded(when string, out counted) {
	d.Helper()
	if len(out.Counts) > 0 && slices.Max(out.Counts) > 50 {
		d.Errorf("%s: transactions wrote %d objects", when, out.Counts)
	}
}

// Policies come to the accounts of a domain of any size: in transactions of
// bounded size, each of which stays when the job is killed, and by jobs that
// go on where the one before stopped.
func TestPoliciesComeToABigDomainInBatches(t *testing.T) {
	forest.NeedRoot(t)
	d := bigDomain{T: t, folder: t.TempDir(), accounts: 320}
	said, err := exec.CommandContext(t.Context(), "/usr/bin/samba-tool", "domain", "provision", "--targetdir="+d.folder, "--realm=big.test", "--domain=BIG",
		"--adminpass=Secret123!x", "--server-role=dc", "--host-name=dc1", "--host-ip=127.0.0.1", "--dns-backend=NONE").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	d.run(map[string]any{"job": "fill"}, -1)
	enforce := func(after string, seconds, die int) (counted, bool) {
		t.Helper()
		return d.run(map[string]any{"job": "counted", "enforce": true, "open": []string{}, "after": after, "seconds": seconds}, die)
	}
	const forever = 1 << 20

	// Killed in the third transaction: what two wrote is there.
	if _, ok := enforce("", forever, 2); ok {
		t.Fatal("it was not killed")
	}
	out, _ := enforce("", 0, -1) // a job without time does one batch
	if out.Changed != 0 || out.Targets != 50 || out.After == "" || out.Left < d.accounts-50 {
		t.Errorf("after the kill, in the first batch: %+v", out)
	}
	assigned := 0
	for _, n := range out.Members {
		assigned += n
	}
	if assigned != 100 {
		t.Errorf("two transactions were done, and %d accounts have a policy", assigned)
	}

	// Job after job until the end: nothing is written twice.
	changed, targets, jobs := 0, 0, 0
	for after := ""; jobs == 0 || after != ""; jobs++ {
		if out, _ = enforce(after, 0, -1); jobs > 20 {
			t.Fatal("it never ends")
		}
		d.bounded("a round", out)
		if out.After != "" && out.Targets != 50 {
			t.Errorf("a batch of 50 accounts has %d that are to have a policy: the others need not be looked at", out.Targets)
		}
		changed, targets, after = changed+out.Changed, targets+out.Targets, out.After
	}
	policies := len(out.Members)
	if targets < d.accounts || changed > d.accounts-100+policies+1 || jobs < d.accounts/50 || slices.Max(out.Members) > 120 {
		t.Errorf("%d jobs: %d of %d accounts ask, %d objects written, accounts of each policy: %d", jobs, targets, d.accounts, changed, out.Members)
	}
	if out, _ = enforce("", forever, -1); out.Changed != 0 || out.Targets != targets || out.After != "" {
		t.Errorf("another round: %+v", out)
	}

	// And away with it, killed once.
	lift := map[string]any{"job": "counted", "enforce": false, "seconds": forever}
	if _, ok := d.run(lift, 3); ok {
		t.Fatal("it was not killed")
	}
	out, _ = d.run(lift, -1)
	d.bounded("the end", out)
	if len(out.Members) != 0 || out.Changed != targets-150+policies {
		t.Errorf("lifted: %d objects written after %d, policies left with %d", out.Changed, 150, out.Members)
	}
}
