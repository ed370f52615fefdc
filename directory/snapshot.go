package directory

import (
	"encoding/hex"
	"time"
)

// SnapshotID is "s-" and 10 lower-case hexadecimal digits.
type SnapshotID string

// NewSnapshotID makes a snapshot's id of random bytes.
func NewSnapshotID(random [5]byte) SnapshotID {
	return SnapshotID("s-" + hex.EncodeToString(random[:]))
}

// SnapshotType says who asked for a snapshot, as the API names it.
type SnapshotType string

// The types of snapshots.
const (
	SnapshotAuto   SnapshotType = "Auto"   // taken daily
	SnapshotManual SnapshotType = "Manual" // asked for by CreateSnapshot
)

// Numbers of snapshots (AWS's quota, and how long AWS lets one be used).
const (
	MaxManualSnapshots = 5 // per directory
	KeptAutoSnapshots  = 5 // per directory; older ones go
	SnapshotLife       = 180 * 24 * time.Hour
)

// Snapshot is a backup of a directory as wanted. Only package service writes
// it.
type Snapshot struct {
	ID        SnapshotID   `json:"ID"`
	Directory ID           `json:"Directory"`
	Name      string       `json:"Name"` // "" means none
	Type      SnapshotType `json:"Type"`
	CreatedAt time.Time    `json:"CreatedAt"`
	Delete    bool         `json:"Delete"` // no longer wanted
}

// SnapshotState is a snapshot's state, as the API names it.
type SnapshotState string

// The states that a snapshot goes through.
const (
	SnapshotCreating  SnapshotState = "Creating"
	SnapshotCompleted SnapshotState = "Completed"
	SnapshotFailed    SnapshotState = "Failed"
)

// SnapshotStatus is what became of a snapshot. Only its reconciler writes it.
type SnapshotStatus struct {
	State   SnapshotState `json:"State"`
	Reason  string        `json:"Reason"`  // why it failed, or what it waits for; "" when there is nothing to say
	TakenAt time.Time     `json:"TakenAt"` // the moment that it shows, once Completed
	DC      DCID          `json:"DC"`      // the domain controller that it was taken of, and that is restored from it
	Bytes   int64         `json:"Bytes"`   // of the sealed file
}

// SnapshotFile names the sealed file of a snapshot below the folder of
// snapshots.
func SnapshotFile(d ID, s SnapshotID) string { return string(d) + "/" + string(s) }

// Restore is a wish to make a directory what it was in a snapshot.
type Restore struct {
	Serial   int64      `json:"Serial"` // grows with each wish; 0 means never asked
	Snapshot SnapshotID `json:"Snapshot"`
	TakenAt  time.Time  `json:"TakenAt"` // of the snapshot
	At       time.Time  `json:"At"`      // when it was asked for
}

// RestorePhase is how far a restore has got. Each phase may run twice.
type RestorePhase string

// The phases of a restore, in their order.
const (
	RestoreStopping RestorePhase = "stopping" // every domain controller is stopped
	RestoreFirst    RestorePhase = "first"    // the one that the snapshot was taken of is made from it
	RestoreOthers   RestorePhase = "others"   // the others are joined to it anew
	RestoreDone     RestorePhase = "done"
	RestoreBack     RestorePhase = "back"   // it did not work: everything is put back as it was
	RestoreFailed   RestorePhase = "failed" // and has been put back
)

// RestoreStatus is what became of the last wish for a restore.
type RestoreStatus struct {
	Serial int64        `json:"Serial"`
	Phase  RestorePhase `json:"Phase"`
	Error  string       `json:"Error"`  // why it failed
	Trusts []string     `json:"Trusts"` // remote domains whose trusted-domain objects the snapshot had and nobody wants any more
}

// Restoring reports whether a wish for a restore has not come to its end.
func Restoring(spec Spec, status Status) bool {
	wish, st := spec.Restore, status.Restore
	return wish.Serial > st.Serial || wish.Serial > 0 && st.Phase != RestoreDone && st.Phase != RestoreFailed
}
