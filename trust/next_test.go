package trust

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// scene is the input of one Next: a two-way forest trust that works, seen
// from two DCs, until a case changes it.
type scene struct {
	spec   Spec
	status Status
	seen   Seen
}

func corp() *Partner {
	return &Partner{
		Identity: Identity{DNSName: "corp.example.com", NetBIOSName: "CORP", Forest: "corp.example.com", SID: "S-1-5-21-1-2-3"},
		DCs:      []PartnerDC{{Host: "dc1.corp.example.com", NetBIOS: "DC1", Address: netip.MustParseAddr("203.0.113.10"), PDC: true, Answered: true}},
	}
}

func held(direction Direction, typ Type) *TDO {
	return &TDO{
		DNSName: "corp.example.com", NetBIOSName: "CORP", SID: "S-1-5-21-1-2-3", Direction: direction, Type: typ,
		Attributes: AttributesFor(typ), EncryptionTypes: EncAES256, ForestInfo: ForestRecords(corp().Identity),
	}
}

func fresh(direction Direction, typ Type) *scene {
	return &scene{
		spec: Spec{ID: "t-1", Directory: "d-1", Remote: "corp.example.com", Direction: direction, Type: typ, CreatedAt: noon},
		seen: Seen{
			Now:      noon,
			Ours:     Identity{DNSName: "cloud.example.net", NetBIOSName: "CLOUD", Forest: "cloud.example.net", SID: "S-1-5-21-9-9-9"},
			Partner:  corp(),
			Password: true,
			DCs: []SeenDC{
				{ID: "dc-1", Host: "a1.cloud.example.net", Tried: map[Step]*Fault{}},
				{ID: "dc-2", Host: "b2.cloud.example.net", Tried: map[Step]*Fault{}},
			},
			ForwarderServers: []netip.Addr{netip.MustParseAddr("203.0.113.10")},
		},
	}
}

// working is a trust that was made and verified a day ago.
func working(direction Direction) *scene {
	s := fresh(direction, Forest)
	made := noon.Add(-24 * time.Hour)
	s.seen.Password = false
	s.status = Status{
		State: Verified, LocalSide: true, Writer: "dc-1", Made: made, StateSince: made, Partner: corp(),
		Prepared: []Prepared{{DC: "dc-1", At: made}, {DC: "dc-2", At: made}},
		Verdicts: []Verdict{{DC: "dc-1", At: made}, {DC: "dc-2", At: made}},
	}
	if !direction.HasOutgoing() {
		s.status.State, s.status.Verdicts = Created, nil
	}
	for i := range s.seen.DCs {
		s.seen.DCs[i].TDO = held(direction, Forest)
	}
	s.seen.PartnerSide = PartnerSide{Asked: true}
	return s
}

// verdict lets both DCs answer with a status, after a rediscovery.
func (s *scene) verdict(code uint32) *scene {
	for i := range s.seen.DCs {
		s.dcVerdict(i, code)
	}
	return s
}

func (s *scene) dcVerdict(i int, code uint32) *scene {
	dc := &s.seen.DCs[i]
	dc.Verdict = &Verdict{DC: dc.ID, At: s.seen.Now, Result: VerifyResult{PDC: code, TC: code}, Partner: "dc1.corp.example.com"}
	dc.Tried[StepRediscover], dc.Tried[StepVerify] = nil, nil
	return s
}

func (s *scene) theirs(t *TDO) *scene {
	s.seen.PartnerSide = PartnerSide{Asked: true, Known: true, TDO: t}
	return s
}

// failing says for how long the looks have failed.
func (s *scene) failing(d time.Duration) *scene {
	s.status.FailingSince = s.seen.Now.Add(-d)
	return s
}

func (s *scene) lost(cause condition.Cause) *scene {
	s.seen.Partner = nil
	s.seen.PartnerFault = &Fault{Cause: cause, Detail: "203.0.113.10: silence"}
	return s
}

func (s *scene) with(change func(*scene)) *scene {
	change(s)
	return s
}

// line shows a decision on one line: what is done where, or the state, the
// first cause and the wait.
func line(d Decision) string {
	if d.Done {
		return "done"
	}
	if len(d.Work) > 0 {
		var parts []string
		for _, w := range d.Work {
			var steps []string
			for _, s := range w.Steps {
				steps = append(steps, string(s))
			}
			parts = append(parts, fmt.Sprintf("%s: %s", w.DC, strings.Join(steps, " ")))
		}
		return strings.Join(parts, "; ")
	}
	s := string(d.Status.State)
	if c, bad := condition.FirstFalse(d.Status.Conditions); bad {
		s += " " + string(c.Cause)
	}
	return s + " " + d.Wait.String()
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		name string
		in   *scene
		want string
	}{
		{"a new forest trust is written at the PDC emulator", fresh(TwoWay, Forest),
			"dc-1: CreateLocalSide SetEncryptionTypes ShareNames"},
		{"an external trust shares no names", fresh(Outgoing, External),
			"dc-1: CreateLocalSide SetEncryptionTypes"},
		{"without the PDC emulator another DC takes the object, but no names",
			fresh(TwoWay, Forest).with(func(s *scene) { s.seen.DCs[0].Fault = &Fault{Detail: "connection refused"} }),
			"dc-2: CreateLocalSide SetEncryptionTypes"},
		{"once begun at a DC, the object is written nowhere else",
			fresh(TwoWay, Forest).with(func(s *scene) {
				s.seen.DCs[0].Fault = &Fault{Detail: "connection refused"}
				s.status.Writer = "dc-1"
			}), "Creating DomainControllerOff 1s"},
		{"with no DC up, it waits", fresh(TwoWay, Forest).with(func(s *scene) {
			s.seen.DCs[0].Fault, s.seen.DCs[1].Fault = &Fault{}, &Fault{}
		}), "Creating DirectoryNotActive 2s"},
		{"with no DC up, a trust stays as it was", working(TwoWay).with(dark), "Verified DirectoryNotActive 2s"},
		{"a verification that was asked for waits a while for one", working(TwoWay).with(dark).with(asked(29 * time.Second)), "Verified DirectoryNotActive 2s"},
		{"and then has failed", working(TwoWay).with(dark).with(asked(30 * time.Second)), "VerifyFailed DirectoryNotActive 2s"},
		{"so has the first one of a trust", working(TwoWay).with(dark).with(func(s *scene) { s.status.State = Verifying }), "VerifyFailed DirectoryNotActive 2s"},
		{"and one of a trust that could not be made", fresh(TwoWay, Forest).with(dark).with(asked(time.Minute)).with(func(s *scene) { s.status.State = Failed }),
			"Failed DirectoryNotActive 2s"},
		{"a forwarder on its way is waited for without complaint",
			fresh(TwoWay, Forest).lost(condition.DNSNoAnswer).with(func(s *scene) { s.seen.ForwarderPending = true }), "Creating 200ms"},
		{"a partner that is not found gets its time",
			fresh(TwoWay, Forest).lost(condition.DNSNoAnswer), "Creating DNSNoAnswer 200ms"},
		{"then the trust is Failed, and looked for on",
			fresh(TwoWay, Forest).lost(condition.DNSNoAnswer).failing(11 * time.Second), "Failed DNSNoAnswer 1s"},
		{"without a forwarder the cause is that",
			fresh(TwoWay, Forest).lost(condition.DNSNoAnswer).failing(11 * time.Second).with(func(s *scene) { s.seen.ForwarderServers = nil }), "Failed NoForwarder 1s"},
		{"a Failed trust whose partner appears is made",
			fresh(TwoWay, Forest).failing(time.Hour).with(func(s *scene) { s.status.State = Failed }),
			"dc-1: CreateLocalSide SetEncryptionTypes ShareNames"},
		{"the partner's NetBIOS name is ours", fresh(TwoWay, Forest).with(func(s *scene) { s.seen.Partner.NetBIOSName = "CLOUD" }), "Failed NameClash 1s"},
		{"the partner's SID is ours", fresh(TwoWay, Forest).with(func(s *scene) { s.seen.Partner.SID = "S-1-5-21-9-9-9" }), "Failed NameClash 1s"},
		{"a forest trust needs the forest's root", fresh(TwoWay, Forest).with(func(s *scene) { s.seen.Partner.Forest = "example.com" }), "Failed NotForestRoot 1s"},
		{"an external trust does not", fresh(TwoWay, External).with(func(s *scene) { s.seen.Partner.Forest = "example.com" }),
			"dc-1: CreateLocalSide SetEncryptionTypes"},
		{"a name that is taken fails at once", fresh(TwoWay, Forest).with(func(s *scene) {
			s.seen.DCs[0].Tried[StepCreateLocalSide] = &Fault{Kind: errs.Exists, Detail: "STATUS_OBJECT_NAME_COLLISION"}
		}), "Failed NameClash 1s"},
		{"another refusal gets its time", fresh(TwoWay, Forest).with(func(s *scene) {
			s.seen.DCs[0].Tried[StepCreateLocalSide] = &Fault{Cause: condition.Unexpected, Detail: "connection reset"}
		}), "Creating Unexpected 200ms"},
		{"an object that a crashed run had written is taken over", fresh(TwoWay, Forest).with(func(s *scene) {
			s.status.Writer, s.seen.DCs[0].TDO = "dc-1", held(TwoWay, Forest)
		}), "dc-1: ReloadConfig Verify; dc-2: Replicate ReloadConfig Verify; dc-1: AskPartner"},
		{"it gets what it lacks", fresh(TwoWay, Forest).with(func(s *scene) {
			s.status.Writer, s.seen.DCs[0].TDO = "dc-1", held(TwoWay, Forest)
			s.seen.DCs[0].TDO.EncryptionTypes, s.seen.DCs[0].TDO.ForestInfo = 0, nil
		}), "dc-1: SetEncryptionTypes ShareNames"},
		{"an object that was there before is replaced, since its password is not ours", fresh(TwoWay, Forest).with(func(s *scene) {
			s.seen.DCs[0].TDO = held(TwoWay, Forest)
		}), "dc-1: DeleteLocalSide"},
		{"so is one of another direction", fresh(TwoWay, Forest).with(func(s *scene) {
			s.status.Writer, s.seen.DCs[0].TDO = "dc-1", held(Incoming, Forest)
		}), "dc-1: DeleteLocalSide"},
		{"a written object is brought to every DC and verified there", working(TwoWay).with(func(s *scene) {
			s.status.State, s.status.Prepared, s.status.Verdicts = Creating, nil, nil
			s.status.Made = noon
			s.seen.DCs[1].TDO = nil
		}), "dc-1: ReloadConfig Verify; dc-2: Replicate ReloadConfig Verify"},
		{"a DC that was down gets it when it is back", working(TwoWay).with(func(s *scene) {
			s.status.Prepared = s.status.Prepared[:1]
		}), "dc-2: Replicate ReloadConfig Verify"},
		{"an incoming trust is brought to every DC", working(Incoming).with(func(s *scene) { s.status.Prepared = nil }),
			"dc-1: ReloadConfig; dc-2: Replicate ReloadConfig"},
		{"an incoming trust ends Created", working(Incoming), "Created 20s"},
		{"even when its partner is down", working(Incoming).lost(condition.PartnerUnreachable), "Created PartnerUnreachable 20s"},
		{"and says when the partner's direction is wrong", working(Incoming).theirs(held(Incoming, Forest)), "Created DirectionMismatch 20s"},
		{"the heartbeat asks every DC", working(TwoWay), "dc-1: Verify; dc-2: Verify"},
		{"and the partner for its side", working(TwoWay).with(func(s *scene) { s.seen.PartnerSide.Asked = false }), "dc-1: Verify; dc-2: Verify; dc-1: AskPartner"},
		{"a no on a cached channel is asked again on a new one", working(TwoWay).verdict(0).with(func(s *scene) {
			s.dcVerdict(1, 1331)
			delete(s.seen.DCs[1].Tried, StepRediscover)
		}), "dc-2: Rediscover Verify"},
		{"all DCs say yes", working(TwoWay).verdict(0), "Verified 20s"},
		{"VerifyTrust starts with a new channel", working(TwoWay).with(func(s *scene) { s.spec.VerifySerial = 1 }),
			"dc-1: Rediscover Verify; dc-2: Rediscover Verify"},
		{"a DC of ours that is down does not fail the trust", working(TwoWay).verdict(0).with(func(s *scene) {
			s.seen.DCs[1].Fault, s.seen.DCs[1].Verdict = &Fault{Detail: "connection refused"}, nil
		}), "Verified DomainControllerOff 20s"},
		{"right after creation 1787 may pass", working(TwoWay).verdict(1787).with(func(s *scene) { s.status.State = Verifying }),
			"Verifying PartnerSideMissing 200ms"},
		{"after ten seconds it counts", working(TwoWay).verdict(1787).failing(10 * time.Second).with(func(s *scene) { s.status.State = Verifying }),
			"VerifyFailed PartnerSideMissing 1s"},
		{"a trust that worked gets the same time", working(TwoWay).verdict(5), "Verified PasswordMismatch 200ms"},
		{"and then is VerifyFailed", working(TwoWay).verdict(5).failing(11 * time.Second), "VerifyFailed PasswordMismatch 1s"},
		{"one DC's no is enough", working(TwoWay).verdict(0).dcVerdict(1, 5).failing(time.Minute), "VerifyFailed PasswordMismatch 1s"},
		{"1311 with a partner that is found gets half a minute", working(TwoWay).verdict(1311).failing(20 * time.Second), "Verified PartnerUnreachable 200ms"},
		{"and then counts", working(TwoWay).verdict(1311).failing(31 * time.Second), "VerifyFailed PartnerUnreachable 1s"},
		{"a partner that is not found is not verified at all", working(TwoWay).lost(condition.PartnerUnreachable).failing(5 * time.Second), "VerifyFailed PartnerUnreachable 1s"},
		{"DNS that is gone counts, whatever is cached", working(TwoWay).lost(condition.DNSUnreachable).failing(5 * time.Second), "VerifyFailed DNSUnreachable 1s"},
		{"one lost look is no failure", working(TwoWay).lost(condition.DNSUnreachable), "Verified DNSUnreachable 200ms"},
		{"NETLOGON is blind to clocks, we are not", working(TwoWay).verdict(0).with(func(s *scene) { s.seen.Partner.DCs[0].ClockSkew = -10 * time.Minute }),
			"VerifyFailed ClockSkew 1s"},
		{"the partner's direction explains 1787", working(Outgoing).verdict(1787).theirs(held(Outgoing, Forest)).failing(time.Minute), "VerifyFailed DirectionMismatch 1s"},
		{"a partner one way of two still lets our outgoing direction work", working(TwoWay).verdict(0).theirs(held(Incoming, Forest)), "Verified DirectionMismatch 20s"},
		{"types must be the same", working(TwoWay).verdict(0).theirs(held(TwoWay, External)).failing(time.Minute), "VerifyFailed TypeMismatch 1s"},
		{"1351 is our own winbindd, which is restarted", working(TwoWay).verdict(1351), "dc-1: RestartWinbindd Rediscover Verify"},
		{"which is not believed of a cached channel", working(TwoWay).verdict(0).dcVerdict(1, 1351).with(func(s *scene) {
			delete(s.seen.DCs[1].Tried, StepRediscover)
		}), "dc-2: Rediscover Verify"},
		{"one DC after the other", working(TwoWay).verdict(1351).with(func(s *scene) {
			s.dcVerdict(0, 0)
			s.seen.DCs[0].Tried[StepRestartWinbindd], s.seen.DCs[0].Tried[StepReloadConfig] = nil, nil
		}), "dc-2: RestartWinbindd Rediscover Verify"},
		{"but once only", working(TwoWay).verdict(1351).failing(time.Minute).with(func(s *scene) {
			for i := range s.status.Prepared {
				s.status.Prepared[i].Restarted = s.status.Made
			}
		}), "VerifyFailed ChannelStale 1s"},
		{"a direction that winbindd knows otherwise is restarted away before it is asked", working(TwoWay).with(func(s *scene) {
			s.seen.Former = &Mark{Direction: Incoming, Type: Forest, SID: "S-1-5-21-1-2-3", NetBIOS: "CORP"}
		}), "dc-1: RestartWinbindd Rediscover Verify"},
		{"the same trust again needs no restart", working(TwoWay).verdict(0).with(func(s *scene) {
			s.seen.Former = &Mark{Direction: TwoWay, Type: Forest, SID: "S-1-5-21-1-2-3", NetBIOS: "CORP"}
		}), "Verified 20s"},
		{"two partners with DCs of one host name work, and it says so", working(TwoWay).verdict(0).with(func(s *scene) {
			s.seen.HostClash = &HostClash{Host: "DC1", Domain: "other.example.org"}
		}), "Verified HostNameClash 20s"},
		{"a partner that gained a direction may have to restart its winbindd, and it says so", working(TwoWay).verdict(0).with(func(s *scene) {
			s.status.PartnerStale = true
			s.status.Made = noon
		}).with(prepared), "Verified PartnerRestart 20s"},
		{"a partner that was built anew is another one", working(TwoWay).verdict(1787).with(func(s *scene) { s.seen.Partner.SID = "S-1-5-21-7-7-7" }), "VerifyFailed IdentityChanged 1s"},
		{"an object that somebody took away cannot be made again", working(TwoWay).with(func(s *scene) {
			s.seen.DCs[0].TDO, s.seen.DCs[1].TDO = nil, nil
		}), "Failed LocalSideLost 1s"},
		{"weak encryption is said", working(TwoWay).verdict(0).with(func(s *scene) {
			s.seen.DCs[0].TDO.EncryptionTypes = 0
			s.seen.DCs[0].Tried[StepSetEncryptionTypes] = &Fault{Detail: "refused"}
		}), "Verified WeakEncryption 20s"},
		{"after 30 days the password is rolled", working(TwoWay).verdict(0).with(func(s *scene) { s.status.Made = noon.Add(-RollEvery) }).with(prepared),
			"dc-1: RollPassword"},
		{"not without the PDC emulator", working(TwoWay).verdict(0).with(func(s *scene) {
			s.status.Made = noon.Add(-RollEvery)
			s.seen.DCs[0].Fault, s.seen.DCs[0].Verdict = &Fault{}, nil
		}).with(prepared), "Verified DomainControllerOff 20s"},
		{"not twice", working(TwoWay).verdict(0).with(func(s *scene) { s.status.LastRoll = noon.Add(-time.Hour) }).with(prepared), "Verified 20s"},
		{"a rolled password is brought to the other DCs", working(TwoWay).verdict(0).with(func(s *scene) {
			s.status.LastRoll = noon
			s.seen.DCs[0].Tried[StepRollPassword] = nil
		}), "dc-1: ReloadConfig; dc-2: Replicate ReloadConfig"},
		{"delete takes our object away", working(TwoWay).with(deleted), "dc-1: DeleteLocalSide"},
		{"then from the other DCs by replication", working(TwoWay).with(deleted).with(func(s *scene) { s.seen.DCs[0].TDO = nil }), "dc-2: Replicate"},
		{"by hand where that does not help", working(TwoWay).with(deleted).with(func(s *scene) {
			s.seen.DCs[0].TDO = nil
			s.seen.DCs[1].Tried[StepReplicate] = nil
		}), "dc-2: DeleteLocalSide"},
		{"then winbindd is told", working(TwoWay).with(deleted).with(clean), "dc-1: ReloadConfig; dc-2: ReloadConfig"},
		{"then it is gone", working(TwoWay).with(deleted).with(clean).with(func(s *scene) {
			for i := range s.seen.DCs {
				s.seen.DCs[i].Tried[StepReloadConfig] = nil
			}
		}), "done"},
		{"a DC that is down is left to replication", working(TwoWay).with(deleted).with(func(s *scene) {
			s.seen.DCs[0].Fault = &Fault{}
		}), "dc-2: DeleteLocalSide"},
		{"with none up, deleting waits", working(TwoWay).with(deleted).with(func(s *scene) {
			s.seen.DCs[0].Fault, s.seen.DCs[1].Fault = &Fault{}, &Fault{}
		}), "Deleting DirectoryNotActive 1s"},
		{"a refusal keeps it Deleting", working(TwoWay).with(deleted).with(func(s *scene) {
			s.seen.DCs[0].Tried[StepDeleteLocalSide] = &Fault{Cause: condition.Unexpected, Detail: "connection reset"}
		}), "Deleting Unexpected 1s"},
		{"without its directory it is gone", working(TwoWay).with(func(s *scene) { s.seen.DirectoryGone = true }), "done"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Next(c.in.spec, c.in.status, c.in.seen)
			if got := line(d); got != c.want {
				t.Errorf("got  %s\nwant %s\nreason: %s", got, c.want, d.Status.StateReason)
			}
		})
	}
}

// dark lets none of our DCs answer.
func dark(s *scene) {
	for i := range s.seen.DCs {
		s.seen.DCs[i].Fault, s.seen.DCs[i].TDO = &Fault{Detail: "connection refused"}, nil
	}
}

// asked lets somebody have asked for a verification some time ago.
func asked(ago time.Duration) func(*scene) {
	return func(s *scene) { s.spec.VerifySerial, s.spec.UpdatedAt = 7, noon.Add(-ago) }
}

func deleted(s *scene) { s.spec.Delete = true }

func clean(s *scene) { s.seen.DCs[0].TDO, s.seen.DCs[1].TDO = nil, nil }

func prepared(s *scene) {
	at := later(s.status.Made, s.status.LastRoll)
	s.status.Prepared = []Prepared{{DC: "dc-1", At: at}, {DC: "dc-2", At: at}}
}

// TestThePasswordIsForgottenWithTheNoteThatOurObjectHoldsIt: not before, not
// later.
func TestThePasswordIsForgottenWithTheNoteThatOurObjectHoldsIt(t *testing.T) {
	s := fresh(TwoWay, Forest)
	if d := Next(s.spec, s.status, s.seen); d.Forget || !d.Save || d.Status.Writer != "dc-1" || d.Status.LocalSide {
		t.Errorf("before it is written: forget %v, save %v, writer %q", d.Forget, d.Save, d.Status.Writer)
	}
	s.status.Writer = "dc-1"
	s.seen.DCs[0].TDO, s.seen.DCs[0].Tried[StepCreateLocalSide] = held(TwoWay, Forest), nil
	if d := Next(s.spec, s.status, s.seen); !d.Forget || !d.Status.LocalSide || !d.Status.Made.Equal(noon) || d.Status.Secret {
		t.Errorf("after: forget %v, local side %v, secret %v", d.Forget, d.Status.LocalSide, d.Status.Secret)
	}
}

// TestEveryStateAnswersTheWish: VerifyTrust is answered by an end state only.
func TestEveryStateAnswersTheWish(t *testing.T) {
	for _, c := range []struct {
		in   *scene
		want int64
	}{
		{working(TwoWay).verdict(0), 7},
		{working(TwoWay).verdict(5), 0},
		{working(TwoWay).verdict(5).failing(time.Minute), 7},
		{working(Incoming), 7},
		{working(TwoWay).with(dark).with(asked(time.Second)), 0},
		{working(TwoWay).with(dark).with(asked(time.Minute)), 7},
	} {
		c.in.spec.VerifySerial = 7
		if got := Next(c.in.spec, c.in.status, c.in.seen).Status.Answered; got != c.want {
			t.Errorf("answered %d, want %d", got, c.want)
		}
	}
}

// TestANameThatIsTakenSaysWhatFreesIt in the engine's words: it knows whose
// name it is.
func TestANameThatIsTakenSaysWhatFreesIt(t *testing.T) {
	s := fresh(TwoWay, Forest)
	s.seen.DCs[0].Tried[StepCreateLocalSide] = &Fault{Kind: errs.Exists, Cause: condition.NameClash, Detail: "an account is in the way", Hint: "Delete the account."}
	reason := Next(s.spec, s.status, s.seen).Status.StateReason
	if !strings.HasSuffix(reason, "What came back: an account is in the way. Delete the account.") || strings.Contains(reason, "Delete this trust") {
		t.Error(reason)
	}
}

// TestFailuresAreLookedAtLessAndLess, up to 15 seconds.
func TestFailuresAreLookedAtLessAndLess(t *testing.T) {
	s := working(TwoWay).verdict(5).failing(time.Minute)
	var waits []string
	for range 6 {
		d := Next(s.spec, s.status, s.seen)
		waits = append(waits, d.Wait.String())
		s.status = d.Status
	}
	if got, want := strings.Join(waits, " "), "1s 2s 4s 8s 15s 15s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestWhatIsWrongIsSaidFromTheFirstLook: only the state is patient, and what
// was said goes with its cause.
func TestWhatIsWrongIsSaidFromTheFirstLook(t *testing.T) {
	verifying := func(s *scene) { s.status.State = Verifying }
	for name, c := range map[string]struct {
		in    *scene
		state State
		cause condition.Cause
	}{
		"a partner that is not found":           {fresh(TwoWay, Forest).lost(condition.DNSNoAnswer), Creating, condition.DNSNoAnswer},
		"the other side is missing":             {working(TwoWay).verdict(1787).with(verifying), Verifying, condition.PartnerSideMissing},
		"the first bad look at one that worked": {working(TwoWay).verdict(1787), Verified, ""},
		"no domain controller of ours says a thing": {working(TwoWay).with(verifying).with(func(s *scene) {
			s.status.Cause, s.status.StateReason = condition.PartnerSideMissing, "The other side is missing."
			for i := range s.seen.DCs {
				s.seen.DCs[i].Tried[StepVerify] = &Fault{Detail: "connection reset"}
				s.seen.DCs[i].Tried[StepRediscover] = nil
			}
		}), Verifying, ""},
	} {
		st := Next(c.in.spec, c.in.status, c.in.seen).Status
		if st.State != c.state || st.Cause != c.cause || (c.cause == "") != (st.StateReason == "") {
			t.Errorf("%s: %s, %s: %q", name, st.State, st.Cause, st.StateReason)
		}
	}
	found := fresh(TwoWay, Forest).with(func(s *scene) {
		s.status.State, s.status.Cause, s.status.StateReason = Creating, condition.DNSNoAnswer, "The partner is not found."
	})
	if d := Next(found.spec, found.status, found.seen); len(d.Work) == 0 || d.Status.StateReason != "" || d.Status.Cause != "" {
		t.Errorf("the partner is found: %s %q", line(d), d.Status.StateReason)
	}
}

// TestOurOwnWallsNeedNoTrying: a question that our own side keeps from the
// partner's DNS servers is told as that at the first look.
func TestOurOwnWallsNeedNoTrying(t *testing.T) {
	dns := PortTarget{Address: far, DNSOnly: true}
	for name, c := range map[string]struct {
		wall Wall
		want condition.Cause
	}{
		"no route":                      {wall(false, all()), condition.NoRoute},
		"no rule":                       {wall(true), condition.SecurityGroup},
		"all open":                      {wall(true, all()), condition.DNSUnreachable},
		"nothing known of what is ours": {Wall{}, condition.DNSUnreachable},
	} {
		s := fresh(TwoWay, Forest).lost(condition.DNSUnreachable)
		s.seen.Ports = c.wall.Closes("dc-1", "a1.cloud.example.net", dns)
		if st := Next(s.spec, s.status, s.seen).Status; st.Cause != c.want || st.State != Creating {
			t.Errorf("%s: %s, %s: %s", name, st.State, st.Cause, st.StateReason)
		}
	}
}
