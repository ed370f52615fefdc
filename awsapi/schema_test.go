package awsapi

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
)

// schemaPath is what the console's types of our own operations are made of
// (console/own-types.mjs).
const schemaPath = "console/src/api/own.schema.json"

// TestTheConsoleHasTheShapesOfOurOwnOperations as the code has them, with what
// is said of each member there.
func TestTheConsoleHasTheShapesOfOurOwnOperations(t *testing.T) {
	t.Chdir("..") // comments are found by the path from the module's root
	want := ownSchema(t)
	have, err := os.ReadFile(schemaPath)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if bytes.Equal(have, want) {
		return
	}
	if !*update {
		t.Fatalf("%s does not say what the code does: run go test ./awsapi -run Shapes -update, then scripts/console.sh types", schemaPath)
	}
	if err := os.WriteFile(schemaPath, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

// ownSchema describes what each of our own operations is asked and answers.
func ownSchema(t *testing.T) []byte {
	t.Helper()
	r := jsonschema.Reflector{Anonymous: true, RequiredFromJSONSchemaTags: true, Mapper: wireTime}
	if err := r.AddGoComments("github.com/entente-ad/entente", "./service", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	all := &jsonschema.Schema{
		Version: jsonschema.Version, Title: "Operations", Type: "object", AdditionalProperties: jsonschema.FalseSchema,
		Description: "Operations that AWS has no call for: what each is asked, and what it answers.",
		Definitions: jsonschema.Definitions{}, Properties: jsonschema.NewProperties(),
	}
	rows := rowsOf(apiOwn, true)
	slices.SortFunc(rows, func(a, b operation) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	for _, o := range rows {
		members := jsonschema.NewProperties()
		members.Set("Input", define(&r, all, o.input))
		members.Set("Output", define(&r, all, o.output))
		require(all, o.output, true, map[reflect.Type]bool{})
		all.Properties.Set(o.name, &jsonschema.Schema{
			Type: "object", Properties: members, Required: []string{"Input", "Output"}, AdditionalProperties: jsonschema.FalseSchema,
		})
		all.Required = append(all.Required, o.name)
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// define adds a structure and all that it has members of, and refers to it.
func define(r *jsonschema.Reflector, all *jsonschema.Schema, typ reflect.Type) *jsonschema.Schema {
	s := r.ReflectFromType(typ)
	for name, d := range s.Definitions {
		all.Definitions[name] = d
	}
	return &jsonschema.Schema{Ref: s.Ref}
}

// require notes which members an answer always has, by the codec's own rule.
func require(all *jsonschema.Schema, typ reflect.Type, top bool, seen map[reflect.Type]bool) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == timeType || seen[typ] {
		return
	}
	seen[typ] = true
	d := all.Definitions[typ.Name()]
	d.Required = nil
	for _, f := range (&plans{}).of(typ) {
		if f.always || !absent(reflect.Zero(f.typ)) || top && f.typ.Kind() == reflect.Slice {
			d.Required = append(d.Required, f.name)
		}
		require(all, f.typ, false, seen)
	}
}

// wireTime is how a time goes over the wire: seconds since 1970.
func wireTime(t reflect.Type) *jsonschema.Schema {
	if t != reflect.TypeFor[time.Time]() {
		return nil
	}
	return &jsonschema.Schema{Type: "number"}
}
