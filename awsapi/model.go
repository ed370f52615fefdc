package awsapi

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
)

// modelJSON is AWS's published model of the API (as in botocore 1.43.11,
// Apache-2.0), reduced by model/reduce.py to the operations and to the shapes
// of their inputs with their constraints; documentation is left out.
//
//go:embed model/ds-2015-04-16.json
var modelJSON []byte

// model is what AWS says about the operations of an API and their inputs.
type model struct {
	Operations map[string]modelOperation `json:"operations"`
	Shapes     map[string]*shape         `json:"shapes"`
}

type modelOperation struct {
	Input  string   `json:"input"`
	Errors []string `json:"errors"` // the exceptions that the operation declares
}

// shape is a type of the model with its constraints.
type shape struct {
	Type      string        `json:"type"` // structure, list, string, integer, boolean
	Members   []modelMember `json:"members"`
	Member    string        `json:"member"` // shape of a list's items
	Min       *int64        `json:"min"`    // length, count, or value
	Max       *int64        `json:"max"`
	Pattern   string        `json:"pattern"` // in Java's syntax
	Enum      []string      `json:"enum"`
	Sensitive bool          `json:"sensitive"` // the value must not be shown

	match func(string) bool // whether the whole value fits Pattern; nil without one
}

type modelMember struct {
	Name     string `json:"name"`
	Shape    string `json:"shape"`
	Required bool   `json:"required"`
}

func loadModel() (*model, error) {
	m := &model{}
	if err := json.Unmarshal(modelJSON, m); err != nil {
		return nil, fmt.Errorf("cannot read the API model: %w", err)
	}
	byHand := handCodedPatterns()
	for name, s := range m.Shapes {
		if s.Pattern == "" {
			continue
		}
		if s.match = byHand[name]; s.match != nil {
			continue
		}
		re, err := regexp.Compile(`\A(?:` + goPattern(s.Pattern) + `)\z`)
		if err != nil {
			return nil, fmt.Errorf("cannot compile the pattern of shape %s: %w", name, err)
		}
		s.match = re.MatchString
	}
	return m, nil
}

// javaEscape is a code unit in Java's spelling.
var javaEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// goPattern turns what the model's patterns use of Java's syntax into Go's.
func goPattern(java string) string { return javaEscape.ReplaceAllString(java, `\x{$1}`) }
