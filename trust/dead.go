package trust

import (
	"time"

	"github.com/entente-ad/entente/internal/sparing"
)

// DeadPackets is how many packets a minute the server sends, at most, to
// partners that it knows not to answer, all trusts together.
const DeadPackets = 80

// MaxDeadWait is the longest wait between looks at a partner that does not
// answer: a tenth of the time for which it has not. With more such partners
// than DeadPackets reaches for it is longer: 33 minutes for 1,300 of which each
// takes two packets.
const MaxDeadWait = 5 * time.Minute

var deadPace = sparing.Pace{Least: maxRetry, Most: MaxDeadWait, Budget: DeadPackets}

// DeadWait is the time between two looks at a partner that has not answered for
// a time, beside others: squeeze is DeadSqueeze of all. VerifyTrust and what
// changes around the trust do not wait for it.
func DeadWait(dead time.Duration, squeeze sparing.Squeeze) time.Duration {
	return deadPace.Wait(dead, squeeze)
}

// DeadSqueeze says what the budget makes of all partners that do not answer.
func DeadSqueeze(all []sparing.Silent) sparing.Squeeze { return deadPace.Squeeze(all) }

// DeadLook is how many packets a look sends to a partner that does not answer:
// a DNS question and its repetition, and for each domain controller that DNS
// names a ping, and the connection that tells a dead host from a closed port
// with the two repetitions of its first packet.
func DeadLook(controllers int) int { return 2 + 4*controllers }

// DeadPorts is how many packets trying the ports of such a partner sends from
// each domain controller of ours. A port is tried three times by UDP and twice
// by TCP; of DNS servers only port 53 is tried.
func DeadPorts(targets []PortTarget) int {
	const udp, tcp = 3, 2
	sum := 0
	for _, t := range targets {
		sum += udp + tcp // port 53
		if !t.DNSOnly {
			sum += 5*udp + 9*tcp
		}
	}
	return sum
}

// sight notes since when looks do not find the partner.
func (l *look) sight() {
	switch {
	case l.seen.Partner != nil:
		l.st.DeadSince = time.Time{}
	case l.seen.PartnerFault != nil && l.st.DeadSince.IsZero():
		l.st.DeadSince = l.seen.Now
	}
}

// spare lengthens the wait d of a trust in state whose partner does not answer.
// One that is not judged yet has a pace of its own.
func (l *look) spare(state State, d time.Duration) time.Duration {
	switch state {
	case Failed, VerifyFailed, Created:
	default:
		return d
	}
	if l.seen.PartnerFault == nil {
		return d
	}
	wait := DeadWait(l.seen.Now.Sub(l.st.DeadSince), l.seen.Squeeze)
	if wait <= maxRetry {
		return d // the first looks are closer to each other
	}
	return max(d, wait)
}

// soon is the pace of a trust that is judged when left is over: looks close to
// each other, or one at the end when so many partners have fallen silent that
// the budget does not even reach for those of a moment ago.
func (l *look) soon(left time.Duration) pace {
	if l.seen.PartnerFault != nil && DeadWait(creationGrace, l.seen.Squeeze) > maxRetry {
		return exactly(left)
	}
	return quickly(left)
}
