package directory

// Stage is a directory's state, as the API names it (directorystage).
type Stage string

// The stages that a directory goes through.
const (
	StageRequested  Stage = "Requested"
	StageCreating   Stage = "Creating"
	StageCreated    Stage = "Created"
	StageActive     Stage = "Active"
	StageImpaired   Stage = "Impaired"
	StageInoperable Stage = "Inoperable"
	StageRestoring  Stage = "Restoring"
	StageDeleting   Stage = "Deleting"
	StageDeleted    Stage = "Deleted"
	StageFailed     Stage = "Failed"

	// StageRestoreFailed is that of a directory which a restore left as it was
	// before.
	StageRestoreFailed Stage = "RestoreFailed"
)

// DCState is a domain controller's state, as the API names it.
type DCState string

// The states that a domain controller goes through.
const (
	DCCreating  DCState = "Creating"
	DCActive    DCState = "Active"
	DCImpaired  DCState = "Impaired"
	DCRestoring DCState = "Restoring"
	DCDeleting  DCState = "Deleting"
	DCDeleted   DCState = "Deleted"
	DCFailed    DCState = "Failed"
)

// Up reports whether a domain controller has been brought up and is to stay:
// it is part of its domain, even when it does not answer at the moment.
func (s DCState) Up() bool {
	switch s {
	case "", DCCreating, DCFailed, DCDeleting, DCDeleted:
		return false
	default:
		return true
	}
}

// Now is the stage that callers are told: a directory that is no longer
// wanted is Deleting from the moment DeleteDirectory answers, and one that is
// to be restored is Restoring from the moment RestoreFromSnapshot does,
// whatever its reconciler has got to.
func Now(spec Spec, status Status) Stage {
	switch {
	case spec.Delete && status.Stage != StageDeleted:
		return StageDeleting
	case status.Stage == "":
		return StageRequested
	case spec.Restore.Serial > status.Restore.Serial:
		return StageRestoring
	}
	return status.Stage
}
