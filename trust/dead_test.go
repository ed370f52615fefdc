package trust

import (
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/sparing"
)

var reaches sparing.Squeeze // the budget does, for all

// crowd is the squeeze of n partners that have not answered for a time.
func crowd(n int, dead time.Duration) sparing.Squeeze {
	all := make([]sparing.Silent, n)
	for i := range all {
		all[i] = sparing.Silent{For: dead, Packets: DeadLook(0)}
	}
	return DeadSqueeze(all)
}

// TestTheWaitGrowsWhileAPartnerIsDead up to its maximum, and beyond it only
// where very many are.
func TestTheWaitGrowsWhileAPartnerIsDead(t *testing.T) {
	for _, c := range []struct {
		name        string
		dead        time.Duration
		squeeze     sparing.Squeeze
		least, most time.Duration
	}{
		{"a moment", 5 * time.Second, reaches, time.Second, maxRetry},
		{"two minutes", 2 * time.Minute, reaches, time.Second, maxRetry},
		{"ten minutes", 10 * time.Minute, reaches, time.Minute, time.Minute},
		{"an hour", time.Hour, reaches, MaxDeadWait, MaxDeadWait},
		{"a month", 720 * time.Hour, reaches, MaxDeadWait, MaxDeadWait},
		{"an hour, beside ten", time.Hour, crowd(10, time.Hour), MaxDeadWait, MaxDeadWait},
		{"an hour, beside 1,300", time.Hour, crowd(1300, time.Hour), 32 * time.Minute, 33 * time.Minute},
		{"a moment, beside 1,300 old ones", 5 * time.Second, crowd(1300, time.Hour), time.Second, maxRetry},
	} {
		for _, outgoing := range []bool{true, false} {
			s := partnerless(outgoing)
			s.status.DeadSince = s.seen.Now.Add(-c.dead)
			s.status.FailingSince = s.status.DeadSince
			s.seen.Squeeze = c.squeeze
			d := Next(s.spec, s.status, s.seen)
			least := c.least
			if !outgoing {
				least = max(least, Heartbeat)
			}
			if d.Wait < least || d.Wait > max(c.most, least) {
				t.Errorf("%s (outgoing %v): %s waits %s, want %s to %s", c.name, outgoing, d.Status.State, d.Wait, c.least, c.most)
			}
			if !d.Status.NextLook.Equal(s.seen.Now.Add(d.Wait)) || !d.Status.DeadSince.Equal(s.status.DeadSince) {
				t.Errorf("%s: next look %s, dead since %s", c.name, d.Status.NextLook, d.Status.DeadSince)
			}
		}
	}
}

func TestANewPartnerIsLookedForOftenUnlessVeryManyFellSilent(t *testing.T) {
	for squeeze, most := range map[sparing.Squeeze]time.Duration{
		reaches: quickRetry, crowd(1300, time.Hour): quickRetry, crowd(1300, 2*time.Second): creationGrace,
	} {
		s := partnerless(true)
		s.status = Status{State: Creating}
		s.seen.Squeeze = squeeze
		d := Next(s.spec, s.status, s.seen)
		if d.Status.State != Creating || d.Wait != most {
			t.Errorf("squeeze %+v: %s waits %s, want %s", squeeze, d.Status.State, d.Wait, most)
		}
		if !d.Status.DeadSince.Equal(s.seen.Now) {
			t.Errorf("dead since %s", d.Status.DeadSince)
		}
	}
}

func TestAPartnerThatIsFoundIsNotDead(t *testing.T) {
	s := partnerless(true)
	s.status.DeadSince = s.seen.Now.Add(-time.Hour)
	s.seen.Partner, s.seen.PartnerFault = corp(), nil
	if d := Next(s.spec, s.status, s.seen); !d.Status.DeadSince.IsZero() {
		t.Errorf("dead since %s", d.Status.DeadSince)
	}
}

// partnerless is a trust that failed, or an incoming one that was made, whose
// partner does not answer.
func partnerless(outgoing bool) *scene {
	if !outgoing {
		return working(Incoming).lost(condition.DNSUnreachable)
	}
	s := fresh(TwoWay, Forest).lost(condition.DNSUnreachable)
	s.status.State = Failed
	return s
}
