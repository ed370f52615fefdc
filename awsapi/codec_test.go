package awsapi

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
)

// sdkOperations lists every operation of the SDK's client with the types of
// its input and output.
func sdkOperations() map[string][2]reflect.Type {
	out := map[string][2]reflect.Type{}
	client := reflect.TypeFor[*directoryservice.Client]()
	for i := range client.NumMethod() {
		m := client.Method(i)
		if m.Type.NumIn() == 4 && m.Type.In(2).Elem().Name() == m.Name+"Input" {
			out[m.Name] = [2]reflect.Type{m.Type.In(2).Elem(), m.Type.Out(0).Elem()}
		}
	}
	return out
}

func TestModelAndSDKHaveTheSameOperationsAndMembers(t *testing.T) {
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	ops := sdkOperations()
	if len(ops) != 80 || len(m.Operations) != 80 {
		t.Errorf("the SDK has %d operations, the model %d", len(ops), len(m.Operations))
	}
	for name, types := range ops {
		o, ok := m.Operations[name]
		if !ok {
			t.Errorf("%s is not in the model", name)
			continue
		}
		sameMembers(t, m, o.Input, types[0], name)
	}
}

func sameMembers(t *testing.T, m *model, shapeName string, typ reflect.Type, path string) {
	t.Helper()
	s := m.Shapes[shapeName]
	if s == nil {
		t.Errorf("%s: no shape %s", path, shapeName)
		return
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	want := map[reflect.Kind]string{reflect.Struct: "structure", reflect.Slice: "list", reflect.String: "string",
		reflect.Bool: "boolean", reflect.Int32: "integer"}[typ.Kind()]
	if s.Type != want {
		t.Errorf("%s: %s in the model, %s in the SDK", path, s.Type, typ)
	}
	switch typ.Kind() {
	case reflect.Slice:
		sameMembers(t, m, s.Member, typ.Elem(), path+"[]")
	case reflect.Struct:
		fields := (&plans{}).of(typ)
		if len(fields) != len(s.Members) {
			t.Errorf("%s: %d members in the model, %d in the SDK", path, len(s.Members), len(fields))
		}
		for _, f := range fields {
			for _, member := range s.Members {
				if member.Name == f.name {
					sameMembers(t, m, member.Shape, f.typ, path+"."+f.name)
				}
			}
		}
	default: // a scalar
	}
}

// fill puts something into every member, different everywhere.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.String:
		v.SetString(fmt.Sprintf("v%d <&>\"\\\u00fc\u2028\U0001F511\n", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		for range 2 {
			value := reflect.New(v.Type().Elem()).Elem()
			fill(value, n)
			m.SetMapIndex(reflect.ValueOf("k"+strconv.Itoa(*n)).Convert(v.Type().Key()), value)
		}
		v.Set(m)
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(time.UnixMilli(1481749250000 + int64(*n)*7).UTC()))
			return
		}
		for _, f := range (&plans{}).of(v.Type()) {
			fill(v.Field(f.index), n)
		}
	default:
		panic("no value for " + v.Type().String())
	}
}

// TestEveryShapeSurvivesTheWire sends every operation of the API through the
// SDK's client, with all members set: what the client sends is what the
// service gets, and what the service answers is what the client gets.
func TestEveryShapeSurvivesTheWire(t *testing.T) {
	n := 0
	var ops []operation
	got, answers := map[string]any{}, map[string]reflect.Value{}
	for name, types := range sdkOperations() {
		answers[name] = reflect.New(types[1])
		fill(answers[name].Elem(), &n)
		ops = append(ops, operation{api: apiDS, name: name, access: writes, freshness: live, input: types[0], call: func(_ context.Context, _ audit.Caller, in any) (any, error) {
			got[name] = in
			return answers[name].Interface(), nil
		}})
	}
	w := newWorld(t, ops...)
	aws := w.h.targets[apiDS]
	aws.model = nil // the values are made up
	w.h.targets[apiDS] = aws
	client := reflect.ValueOf(w.sdk(writerID))
	for name, types := range sdkOperations() {
		in := reflect.New(types[0])
		fill(in.Elem(), &n)
		res := client.MethodByName(name).Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
		if err, _ := res[1].Interface().(error); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(got[name], in.Interface()) {
			t.Errorf("%s: sent %+v, got %+v", name, in.Elem(), reflect.ValueOf(got[name]).Elem())
		}
		out := res[0].Elem()
		out.FieldByName("ResultMetadata").SetZero()
		if !reflect.DeepEqual(out.Interface(), answers[name].Elem().Interface()) {
			t.Errorf("%s: answered %+v, got %+v", name, answers[name].Elem(), out)
		}
	}
}

func TestAbsentMembersAreOmitted(t *testing.T) {
	type inner struct {
		List  []string
		Name  *string
		Since time.Time
	}
	type out struct {
		Items  []inner
		Nested *inner
		Text   string
		Flag   bool
		Count  int32
		Tagged *string `json:"x-tagged"`
		hidden int
	}
	p := &plans{}
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"lists of the answer itself are there when empty", &out{hidden: 1}, `{"Items":[],"Flag":false,"Count":0}`},
		{"lists inside are as they are", &out{Items: []inner{{}, {List: []string{}}}}, `{"Items":[{},{"List":[]}],"Flag":false,"Count":0}`},
		{"nothing is an empty object", (*out)(nil), `{}`},
		{"an output without members", &struct{}{}, `{}`},
	}
	for _, tt := range tests {
		if got := string(p.encode(nil, tt.in)); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestTimesAreSeconds(t *testing.T) {
	for _, tt := range []struct {
		ms   int64
		want string
	}{{1481749250657, "1481749250.657"}, {1481749250007, "1481749250.007"}, {1481749250000, "1481749250"}, {0, "0"}, {-1500, "-1.5"}} {
		if got := string(appendTime(nil, time.UnixMilli(tt.ms))); got != tt.want {
			t.Errorf("%d: got %s", tt.ms, got)
		}
	}
}

func TestWrongJSON(t *testing.T) {
	w := newWorld(t, describeTrusts())
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for name, body := range map[string]string{
		"empty":                    ``,
		"not JSON":                 `hello`,
		"cut off":                  `{"Limit":1`,
		"two values":               `{}{}`,
		"trailing comma":           `{"Limit":1,}`,
		"a list":                   `[]`,
		"null":                     `null`,
		"a string":                 `"{}"`,
		"invalid UTF-8":            "{\"DirectoryId\":\"\xff\"}",
		"half a surrogate pair":    `{"DirectoryId":"\ud800x"}`,
		"the other half":           `{"DirectoryId":"\udc00"}`,
		"two first halves":         `{"DirectoryId":"\ud800\ud800"}`,
		"member twice":             `{"Limit":1,"Limit":2}`,
		"unknown member twice":     `{"x":{"y":1,"y":2}}`,
		"too deep":                 deep,
		"number for a string":      `{"DirectoryId":1}`,
		"object for a string":      `{"DirectoryId":{}}`,
		"string for a number":      `{"Limit":"1"}`,
		"fraction for an integer":  `{"Limit":1.5}`,
		"integer too large":        `{"Limit":2147483648}`,
		"exponent for an integer":  `{"Limit":1e2}`,
		"string for a list":        `{"TrustIds":"t-0123456789"}`,
		"object for a list":        `{"TrustIds":{}}`,
		"number in a list":         `{"TrustIds":[1]}`,
		"null in a list":           `{"TrustIds":[null]}`,
		"boolean for a string":     `{"NextToken":true}`,
		"byte order mark":          "\xef\xbb\xbf{}",
		"control character inside": "{\"NextToken\":\"a\x00\"}",
	} {
		a := w.call("DescribeTrusts", body)
		if e := a.error(t); a.status != 400 || e.Type != "SerializationException" || e.Upper == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for name, body := range map[string]string{
		"empty object":      `{}`,
		"null member":       `{"DirectoryId":null}`,
		"unknown members":   `{"New":{"deep":[1,{"a":null}]},"directoryid":"x"}`,
		"white space":       " {\n\t}\r\n",
		"a whole pair":      `{"x":"\ud83d\udd11\\ud800"}`,
		"escaped backslash": `{"x":"\\\\\n\\"}`,
	} {
		if a := w.call("DescribeTrusts", body); a.status != 200 || a.body != `{"Trusts":[]}` {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{}`, `{"DirectoryId":"d-0123456789","Limit":1}`, `{"VpcSettings":{"VpcId":"vpc-01234567","SubnetIds":["subnet-01234567",null]}}`,
		`{"Tags":[{"Key":"a","Value":"\ud800"}],"Name":"a.b","Password":"x"}`, `[[[[`, `{"a":1,"a":2}`, "{\"Name\":\"\xff\"}", `{"Limit":1e999}`, `{"Name":"\udbff\udfff"}`} {
		f.Add(s)
	}
	m, err := loadModel()
	if err != nil {
		f.Fatal(err)
	}
	p := &plans{}
	inputs := sdkOperations()
	f.Fuzz(func(t *testing.T, body string) {
		tree, err := parseTree([]byte(body))
		if err != nil {
			return
		}
		for _, name := range []string{"CreateMicrosoftAD", "CreateTrust", "AddTagsToResource", "DescribeTrusts", "EnableRadius"} {
			in := reflect.New(inputs[name][0])
			if p.decode(tree, in.Elem(), "") != nil {
				continue
			}
			_ = m.validate(m.Operations[name].Input, tree)
			// What was read is written and read again as the same.
			again, err := parseTree(p.encode(nil, in.Interface()))
			if err != nil {
				t.Fatalf("%s: cannot read what was written: %v", body, err)
			}
			second := reflect.New(inputs[name][0])
			if err := p.decode(again, second.Elem(), ""); err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if a, b := p.encode(nil, in.Interface()), p.encode(nil, second.Interface()); string(a) != string(b) {
				t.Fatalf("%s became %s", a, b)
			}
		}
	})
}
