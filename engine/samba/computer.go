package samba

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// CreateComputer makes an account for a computer in the customer's OU and
// gives its SID. An account that has the wish's GUID is the one that was asked
// for. Errors: errs.Exists, errs.Invalid.
func (e *Engine) CreateComputer(ctx context.Context, inst directory.Instance, wish directory.Computer, password secret.Text) (sid string, err error) {
	attributes := map[string][]string{}
	for _, a := range wish.Attributes {
		attributes[a.Name] = append(attributes[a.Name], a.Value)
	}
	req, err := newJob(opJob, map[string]any{
		"job": "create_computer", "netbios": string(inst.ShortName), "name": wish.Name, "guid": wish.GUID,
		"ou": wish.OU, "attributes": attributes, "password": password.Reveal(),
	}, password)
	if err != nil {
		return "", err
	}
	rep, err := e.call(ctx, inst.DC.ID, req)
	if err != nil {
		return "", err
	}
	var out struct{ SID string }
	if err := json.Unmarshal(rep.Value, &out); err != nil {
		return "", fmt.Errorf("the job on %s gave no SID: %w", inst.DC.ID, err)
	}
	return out.SID, nil
}
