package samba

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// lane is a queue in a container: jobs of one lane run one after the other,
// jobs of different lanes at the same time. Samba's databases keep their
// writers apart by transactions of their own; a lane only keeps jobs apart
// that would undo one another's work or load.
type lane string

const (
	laneBackup      lane = "backup"      // reads all databases; a writer waits in Samba while the one it wants is copied
	laneAccounts    lane = "accounts"    // passwords, computers: what people wait for
	lanePolicies    lane = "policies"    // a look at every account
	laneTopology    lane = "topology"    // sites, servers that come and go
	laneReplication lane = "replication" // waits for other domain controllers
	laneKeys        lane = "keys"        // one value read

	laneNone  lane = ""      // needs no turn
	laneAlone lane = "alone" // all lanes: it makes the database, or restarts what serves it
)

var allLanes = []lane{laneBackup, laneAccounts, lanePolicies, laneTopology, laneReplication, laneKeys}

// bound is how long an operation may take, with waiting for its turn, and what
// it excludes meanwhile.
type bound struct {
	limit time.Duration
	lane  lane
}

// operations are those of the control socket that are no jobs of their own.
var operations = map[string]bound{
	opStatus:          {15 * time.Second, laneNone},
	opStop:            {5 * time.Second, laneNone},
	opRestartWinbindd: {40 * time.Second, laneNone},
	opReloadConfig:    {30 * time.Second, laneNone},
	opSetForwarders:   {30 * time.Second, laneNone},
	opConfigure:       {time.Minute, laneAlone},
}

// jobs are the runner's: each one that it knows is here (limits_test.go). The
// usual times are seconds; the limits are for large domains and busy machines.
var jobs = map[string]bound{
	"provision": {10 * time.Minute, laneAlone},
	"join":      {10 * time.Minute, laneAlone},
	"restore":   {20 * time.Minute, laneAlone}, // a hundred thousand users take some minutes
	"backup":    {20 * time.Minute, laneBackup},

	"set_password":    {time.Minute, laneAccounts},
	"create_computer": {time.Minute, laneAccounts},
	"populate":        {5 * time.Minute, laneAccounts},

	"selective": {10 * time.Minute, lanePolicies},
	"trust_key": {30 * time.Second, laneKeys},

	"sites":       {2 * time.Minute, laneTopology},
	"make_room":   {2 * time.Minute, laneTopology},
	"release":     {2 * time.Minute, laneTopology},
	"remove_dead": {2 * time.Minute, laneTopology},
	"part":        {3 * time.Minute, laneTopology},
	"demote":      {90 * time.Second, laneTopology},

	"replicate":   {2 * time.Minute, laneReplication},
	"meet":        {5 * time.Minute, laneReplication},
	"greet":       {replicationLimit + time.Minute, laneReplication},
	"enter_names": {10 * time.Minute, laneReplication},

	"forget_winbindd": {15 * time.Second, laneNone}, // the supervisor's own
}

// answering is how much longer a caller waits than the operation may take, so
// that the container says itself what did not end.
const answering = 5 * time.Second

// boundOf gives the bound of a request. A request without one is refused, so
// that nothing waits without end.
func boundOf(req request) (name string, b bound, err error) {
	if b, ok := operations[req.Op]; ok {
		return req.Op, b, nil
	}
	var job struct{ Job string }
	if req.Op == opBackup {
		job.Job = "backup"
	} else if len(req.Job) > 0 {
		if err := json.Unmarshal(req.Job, &job); err != nil {
			return req.Op, bound{}, fmt.Errorf("the job of %q cannot be read: %w", req.Op, err)
		}
	}
	b, ok := jobs[job.Job]
	if !ok {
		return req.Op, bound{}, fmt.Errorf("unknown operation %q %q: it has no limit", req.Op, job.Job)
	}
	return job.Job, b, nil
}

// within gives ctx the limit.
func (b bound) within(ctx context.Context, name string, more time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, b.limit+more, fmt.Errorf("%s did not end within %s: %w", name, b.limit, context.DeadlineExceeded))
}

// lanes are the turns of one container.
type lanes struct {
	turns map[lane]chan struct{}

	mu     sync.Mutex
	holder map[lane]string
}

func newLanes() *lanes {
	l := &lanes{turns: map[lane]chan struct{}{}, holder: map[lane]string{}}
	for _, name := range allLanes {
		l.turns[name] = make(chan struct{}, 1)
	}
	return l
}

// enter waits for the turn of the operation name, at most until ctx ends; its
// error says who has it. leave gives it to the next.
func (l *lanes) enter(ctx context.Context, in lane, name string) (leave func(), err error) {
	var want []lane
	switch in {
	case laneNone:
	case laneAlone:
		want = allLanes // always in this order: no two wait for one another
	default:
		want = []lane{in}
	}
	var has []lane
	leave = func() {
		for _, one := range has {
			l.hold(one, "")
			<-l.turns[one]
		}
	}
	for _, one := range want {
		select {
		case l.turns[one] <- struct{}{}:
			has = append(has, one)
			l.hold(one, name)
		case <-ctx.Done():
			by := l.heldBy(one)
			leave()
			return nil, fmt.Errorf("%s waited in vain for %s to end: %w", name, by, context.Cause(ctx))
		}
	}
	if ctx.Err() != nil {
		leave()
		return nil, context.Cause(ctx)
	}
	return leave, nil
}

func (l *lanes) hold(one lane, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holder[one] = name
}

func (l *lanes) heldBy(one lane) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.holder[one]
}
