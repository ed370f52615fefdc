package samba

import "github.com/entente-ad/entente/internal/errs"

// kindsOfJobs are the kinds of failures of a job that its caller tells apart,
// as the runner raises them (Failure in runner.py): they are about what was
// asked for, in words for whoever asked.
var kindsOfJobs = map[string]errs.Kind{
	"UserNotFound":    errs.UserNotFound,
	"InvalidPassword": errs.InvalidPassword,
	"Exists":          errs.Exists,
	"Invalid":         errs.Invalid,
}

// ownKinds are the other kinds that the runner raises: nobody tells them apart,
// and what Samba said belongs to them.
var ownKinds = []string{"Damaged", "HoldsRoles", "NoPartner", "NoReplication", "NoTrust", "Tool", "Traces"}
