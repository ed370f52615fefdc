package samba

import (
	"encoding/json"
	"errors"
	"os"

	"github.com/entente-ad/entente/directory"
)

// setForwarders serves a complete set of rules, and keeps it so that the
// container serves it again after a restart without anybody's help.
func (c *container) setForwarders(req request) error {
	if req.Forwarders == nil || c.forwarder == nil {
		return errors.New("this container has no forwarder")
	}
	c.rulesMu.Lock()
	defer c.rulesMu.Unlock()
	if err := c.serveRules(*req.Forwarders); err != nil {
		return err
	}
	return writeJSON(c.cfg.path(fileForwarders), req.Forwarders)
}

// serveRules adds the rule for all other names to set and swaps.
func (c *container) serveRules(set directory.ForwardRules) error {
	rules := append([]directory.ForwardRule(nil), set.Rules...)
	if len(c.cfg.Upstreams) > 0 {
		rules = append(rules, directory.ForwardRule{Addresses: c.cfg.Upstreams, Cache: true})
	}
	return c.forwarder.SetRules(set.Revision, rules)
}

// restoreForwarders serves the rules kept. What cannot be read is left to the
// control plane, which hands over the complete set again.
func (c *container) restoreForwarders() {
	if c.forwarder == nil {
		return
	}
	var set directory.ForwardRules
	data, err := os.ReadFile(c.cfg.path(fileForwarders))
	if err == nil {
		err = json.Unmarshal(data, &set)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.log.Error("cannot read the forwarding rules", "error", err.Error())
	}
	if err := c.serveRules(set); err != nil {
		c.log.Error("cannot serve the forwarding rules", "error", err.Error())
	}
}
