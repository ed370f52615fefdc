package samba

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// SelectiveAccess is what selective authentication is to enforce in a domain.
type SelectiveAccess struct {
	Enforce bool     // false: nobody is kept out, and nothing is left in the domain
	Open    []string // domain SIDs of partners whose users get in everywhere
}

// SelectiveOutcome is what one job of Selective found and did. Its numbers are
// of the accounts that this job came to.
type SelectiveOutcome struct {
	USN     int64    // of the database when it was looked at
	After   string   // the account that the job stopped at; "" means that it came to the end
	Left    int      // accounts that come after it
	Changed int      // objects written; 0 means that all was as wanted
	Targets int      // computers and service accounts that ask
	Exempt  []string // accounts with a policy or silo of the customer's own, at most 20
	Exempts int      // how many there are
}

// Selective makes the authentication policies of a domain as access wants
// them, in the database of the DC inst, from the account after on, "" for the
// first: a batch in a transaction, and as many batches as it has time for, at
// least one. It may be repeated; what is as wanted is not written, and what was
// written before a crash is.
func (e *Engine) Selective(ctx context.Context, inst directory.Instance, access SelectiveAccess, after string) (SelectiveOutcome, error) {
	var out SelectiveOutcome
	req, err := newJob(opJob, map[string]any{
		"job": "selective", "enforce": access.Enforce, "open": access.Open, "after": after,
	})
	if err != nil {
		return out, err
	}
	rep, err := e.call(ctx, inst.DC.ID, req)
	if err == nil {
		err = json.Unmarshal(rep.Value, &out)
	}
	if err != nil {
		return out, fmt.Errorf("cannot set the authentication policies of %s on %s: %w", inst.Domain, inst.DC.ID, err)
	}
	return out, nil
}

// ReplicatePolicies pulls the configuration partition, where policies are, and
// then the domain's, where they are assigned.
func (e *Engine) ReplicatePolicies(ctx context.Context, from, to directory.Instance) error {
	domain := "DC=" + strings.ReplaceAll(string(to.Domain), ".", ",DC=")
	return e.replicate(ctx, from, to, []string{"CN=Configuration," + domain, domain})
}

// TrustKey reads the NT hash of a trust's outgoing password from the database
// of a DC, in hexadecimal.
func (e *Engine) TrustKey(ctx context.Context, inst directory.Instance, partner directory.FQDN) (secret.Text, error) {
	req, err := newJob(opJob, map[string]any{"job": "trust_key", "partner": string(partner)})
	if err != nil {
		return secret.Text{}, err
	}
	rep, err := e.call(ctx, inst.DC.ID, req)
	var out struct{ Key string }
	if err == nil {
		err = json.Unmarshal(rep.Value, &out)
	}
	if err != nil {
		return secret.Text{}, fmt.Errorf("cannot read the trust with %s on %s: %w", partner, inst.DC.ID, err)
	}
	return secret.New(out.Key), nil
}
