package awsapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// maxDepth is how deep a request may nest. The model's deepest input has five
// levels.
const maxDepth = 32

// kind is what sort of JSON value a node is. The text is the one that AWS's
// framework uses in its messages.
type kind string

const (
	kindNull   kind = "NULL_VALUE"
	kindTrue   kind = "TRUE_VALUE"
	kindFalse  kind = "FALSE_VALUE"
	kindNumber kind = "NUMBER_VALUE"
	kindString kind = "STRING_VALUE"
	kindList   kind = "START_ARRAY"
	kindObject kind = "START_OBJECT"
)

// node is a JSON value as sent: nothing is converted, so that the number 1,
// the string "1" and an absent member stay apart.
type node struct {
	kind    kind
	text    string // string or number
	items   []node
	members []member // in the order sent
}

type member struct {
	name  string
	value node
}

// get finds a member; ok is false when it is absent or null.
func (n *node) get(name string) (v *node, ok bool) {
	for i := range n.members {
		if n.members[i].name == name {
			v = &n.members[i].value
			return v, v.kind != kindNull
		}
	}
	return nil, false
}

// parseTree reads one JSON object. What JSON leaves open is refused, because a
// client and we could take it differently: duplicate members, invalid UTF-8,
// halves of surrogate pairs. The error's text may be shown to the caller.
func parseTree(body []byte) (*node, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("the request body is not valid UTF-8")
	}
	var raw json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, errors.New("the request body is not valid JSON: " + err.Error())
	}
	if halfSurrogate(body) {
		return nil, errors.New("the request body has half of a surrogate pair")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	n, err := readNode(d, 0)
	if err != nil {
		return nil, err
	}
	if n.kind != kindObject {
		return nil, errors.New("the request body must be a JSON object")
	}
	return &n, nil
}

func readNode(d *json.Decoder, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, errors.New("the request body nests too deeply")
	}
	token, err := d.Token()
	if err != nil {
		return node{}, errors.New("the request body is not valid JSON")
	}
	switch v := token.(type) {
	case string:
		return node{kind: kindString, text: v}, nil
	case json.Number:
		return node{kind: kindNumber, text: v.String()}, nil
	case bool:
		if v {
			return node{kind: kindTrue}, nil
		}
		return node{kind: kindFalse}, nil
	case json.Delim:
		if v == '[' {
			return readList(d, depth)
		}
		return readObject(d, depth)
	}
	return node{kind: kindNull}, nil
}

func readList(d *json.Decoder, depth int) (node, error) {
	n := node{kind: kindList}
	for d.More() {
		item, err := readNode(d, depth+1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
	}
	_, err := d.Token()
	return n, err
}

func readObject(d *json.Decoder, depth int) (node, error) {
	n := node{kind: kindObject}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return node{}, errors.New("the request body is not valid JSON")
		}
		name, _ := token.(string)
		if seen[name] {
			return node{}, errors.New("the request body has a member twice")
		}
		seen[name] = true
		value, err := readNode(d, depth+1)
		if err != nil {
			return node{}, err
		}
		n.members = append(n.members, member{name, value})
	}
	_, err := d.Token()
	return n, err
}

// halfSurrogate looks for \uD800–\uDFFF outside a pair, which encoding/json
// would quietly replace. A backslash in valid JSON is always inside a string.
func halfSurrogate(body []byte) bool {
	unit := func(i int) (u uint16, ok bool) {
		if i+6 > len(body) || body[i] != '\\' || body[i+1] != 'u' {
			return 0, false
		}
		for _, c := range body[i+2 : i+6] {
			switch {
			case c >= 'a':
				c -= 'a' - 10
			case c >= 'A':
				c -= 'A' - 10
			default:
				c -= '0'
			}
			u = u<<4 | uint16(c)
		}
		return u, true
	}
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		switch u, ok := unit(i); {
		case !ok:
			i++ // an escape of two characters
		case u >= 0xD800 && u < 0xDC00:
			if low, ok := unit(i + 6); !ok || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 11
		case u >= 0xDC00 && u <= 0xDFFF:
			return true
		default:
			i += 5
		}
	}
	return false
}
