package forest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/entente-ad/entente/internal/secret"
)

// LocalTrust is the forest's own side of a trust, as its administrator would
// make it with samba-tool. Words are samba-tool's.
type LocalTrust struct {
	Domain    string // of the partner
	Type      string // "forest" or "external"
	Direction string // "incoming", "outgoing" or "both", seen from this forest
	Password  secret.Text

	// An account of the partner's domain: samba-tool asks the partner who it
	// is, and wants to log on for that. Any user will do.
	User         string // without domain
	UserPassword secret.Text
}

// CreateLocalTrust makes this forest's side only. The partner's DC must be
// found by this forest's DNS, and answer on 53, 389/udp, 88 and 445.
func (f *Forest) CreateLocalTrust(ctx context.Context, trust LocalTrust) error {
	answers := []secret.Text{trust.Password, trust.Password} // "New … Password" and "Retype …"
	if trust.Direction == "both" {
		answers = append(answers, answers...)
	}
	_, err := f.Tool(ctx, answers, "domain", "trust", "create", trust.Domain,
		"--type="+trust.Type, "--direction="+trust.Direction, "--create-location=local", "--skip-validation",
		fmt.Sprintf("-U%s@%s%%%s", trust.User, strings.ToUpper(trust.Domain), trust.UserPassword.Reveal()))
	if err != nil {
		return fmt.Errorf("cannot make %s's side of the trust with %s: %w", f.Domain(), trust.Domain, err)
	}
	return nil
}

// DeleteLocalTrust removes this forest's side only.
func (f *Forest) DeleteLocalTrust(ctx context.Context, domain string) error {
	_, err := f.Tool(ctx, nil, "domain", "trust", "delete", domain, "--delete-location=local")
	return err
}

// CreateUser makes a user with a password that does not expire.
func (f *Forest) CreateUser(ctx context.Context, name string, password secret.Text) error {
	_, err := f.Tool(ctx, []secret.Text{password, password}, "user", "create", name)
	return err
}

// Tool runs samba-tool inside the forest; neither its arguments nor its answers
// to password prompts are seen in the list of processes.
func (f *Forest) Tool(ctx context.Context, answers []secret.Text, argv ...string) (string, error) {
	var lines strings.Builder
	for _, a := range argv {
		lines.WriteString("a " + a + "\n")
	}
	for _, p := range answers {
		lines.WriteString("p " + p.Reveal() + "\n")
	}
	return f.run(ctx, lines.String(), "tool", f.Name)
}

// Type runs lines of a shell in the forest as a person at a terminal would, up
// to the first that fails, and gives what the terminal showed. Answers go by
// words of the prompts that they are for.
func (f *Forest) Type(ctx context.Context, text string, answers map[string]secret.Text) (string, error) {
	job := struct {
		Text    string            `json:"text"`
		Answers map[string]string `json:"answers"`
	}{text, map[string]string{}}
	for prompt, answer := range answers {
		job.Answers[prompt] = answer.Reveal()
	}
	input, err := json.Marshal(job)
	if err != nil {
		return "", err
	}
	return f.run(ctx, string(input), "type", f.Name)
}
