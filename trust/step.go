package trust

import "time"

// The steps, in the order in which a trust usually meets them. Each may run
// twice: the reconciler looks before it writes.
const (
	StepFindPartner        Step = "FindPartner"        // DNS, CLDAP and identity of the partner, from our DC's network
	StepAskPartner         Step = "AskPartner"         // read the partner's own side, where it tells strangers
	StepCreateLocalSide    Step = "CreateLocalSide"    // write our trusted-domain object with its secrets
	StepSetEncryptionTypes Step = "SetEncryptionTypes" // AES on our object
	StepShareNames         Step = "ShareNames"         // forest trust information on our object
	StepReplicate          Step = "Replicate"          // pull the change from the DC that has it
	StepReloadConfig       Step = "ReloadConfig"       // make winbindd look for new trusts
	StepRestartWinbindd    Step = "RestartWinbindd"    // make winbindd forget what it knew of the partner
	StepRediscover         Step = "Rediscover"         // drop the cached secure channel, make a new one
	StepVerify             Step = "Verify"             // NETLOGON's word on the outgoing direction
	StepProveChannel       Step = "ProveChannel"       // the same, by a secure channel that Entente makes itself
	StepRollPassword       Step = "RollPassword"       // new trust password on both sides, at the PDC emulator
	StepForgetPassword     Step = "ForgetPassword"     // drop the sealed password
	StepDeleteLocalSide    Step = "DeleteLocalSide"    // delete our trusted-domain object
)

// MaxSteps is how many steps of its history a trust keeps.
const MaxSteps = 50

// Record adds a step to the history, dropping the oldest beyond MaxSteps. It
// changes nothing in place.
func (s Status) Record(done StepDone) Status {
	steps := s.Steps
	if over := len(steps) + 1 - MaxSteps; over > 0 {
		steps = steps[over:]
	}
	s.Steps = append(append(make([]StepDone, 0, len(steps)+1), steps...), done)
	s.Step = done.Step
	return s
}

// The times that trusts keep.
const (
	Heartbeat      = 20 * time.Second // between looks at a trust that works
	creationGrace  = 10 * time.Second // how long a partner may stay unfound before Failed
	passingGrace   = 10 * time.Second // statuses that replication explains: 5, 1787, 1355, 1331
	noServerGrace  = 30 * time.Second // 1311: winbindd remembers a dead partner for that long
	blindGrace     = 30 * time.Second // how long a verification waits for a DC of ours: one restarts in less
	flickerGrace   = 3 * time.Second  // DNS and reachability of a trust that worked: two looks
	maxRetry       = 15 * time.Second // longest wait between looks at a trust that fails
	quickRetry     = 200 * time.Millisecond
	maxQuickRetry  = 2 * time.Second
	RollEvery      = 30 * 24 * time.Hour // as Windows does
	MaxClockSkew   = 4 * time.Minute     // Kerberos refuses beyond 5
	ForwarderGrace = 10 * time.Second    // how long a forwarder may take to reach our DCs
)
