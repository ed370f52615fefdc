package awsapi

import (
	"context"
	"fmt"
	"reflect"

	"github.com/entente-ad/entente/audit"
)

// api is one of the APIs that are spoken.
type api string

// The APIs of the JSON protocol are named by the prefix of X-Amz-Target, those
// of the query protocol by the signing name.
const (
	apiDS  api = "DirectoryService_20150416" // AWS's own
	apiOwn api = "Entente_20261123"          // what AWS has no call for
	apiEC2 api = "ec2"
	apiSTS api = "sts"
)

// accessMode says what an operation does. Zero is neither.
type accessMode int

const (
	reads  accessMode = iota + 1 // changes nothing, so a read-only key may call it
	writes                       // only a key that may make changes may call it
)

// freshness says where an answer comes from. Zero is neither.
type freshness int

const (
	// stored: the answer follows from the question, the caller's account and
	// Region, and what the store's cache holds. It may be given again until that
	// changes.
	stored freshness = iota + 1
	// live: the answer is that of this one call, which looks at something
	// outside the store, tells who calls, or changes something. It is never
	// given again.
	live
)

// operation is one row of the table of operations.
type operation struct {
	api       api
	name      string
	access    accessMode
	freshness freshness
	input     reflect.Type // a structure
	output    reflect.Type // a structure
	call      func(ctx context.Context, caller audit.Caller, in any) (any, error)
	refusal   string // why there is no call
}

// op makes a row of a method of the service.
func op[In, Out any](a api, name string, does accessMode, from freshness, f func(context.Context, audit.Caller, *In) (*Out, error)) operation {
	return operation{api: a, name: name, access: does, freshness: from, input: reflect.TypeFor[In](), output: reflect.TypeFor[Out](),
		call: func(ctx context.Context, caller audit.Caller, in any) (any, error) { return f(ctx, caller, in.(*In)) }}
}

// refuse makes rows of operations that are not offered, with the reason. What
// AWS has them do says who is told: a read-only key is denied what changes
// something before it is told that there is no such thing.
func refuse(a api, does accessMode, because string, names ...string) []operation {
	var rows []operation
	for _, name := range names {
		row := operation{api: a, name: name, access: does, freshness: live, refusal: because}
		if a == apiEC2 {
			row.refusal = "The action " + name + " is not offered: " + because
		}
		rows = append(rows, row)
	}
	return rows
}

// fault says what is wrong with a row; "" means nothing.
func (o operation) fault() string {
	switch {
	case o.access != reads && o.access != writes:
		return "does not say whether it reads or writes"
	case o.freshness != stored && o.freshness != live:
		return "does not say where its answer comes from"
	case o.access == writes && o.freshness == stored:
		return "writes, so that its answer must not be given again"
	case (o.call == nil) == (o.refusal == ""):
		return "must be either offered or refused with a sentence"
	}
	return ""
}

// byAPI sorts the table's rows by API and name, and refuses one with a row
// that is not complete or that is there twice.
func byAPI(table []operation) (map[api]map[string]operation, error) {
	all := map[api]map[string]operation{apiDS: {}, apiOwn: {}, apiEC2: {}, apiSTS: {}}
	for _, o := range table {
		rows, ok := all[o.api]
		if !ok {
			return nil, fmt.Errorf("operation %s is of no API", o.name)
		}
		if fault := o.fault(); fault != "" {
			return nil, fmt.Errorf("operation %s of %s %s", o.name, o.api, fault)
		}
		if _, twice := rows[o.name]; twice {
			return nil, fmt.Errorf("operation %s of %s is in the table twice", o.name, o.api)
		}
		rows[o.name] = o
	}
	return all, nil
}

// target is one API of the JSON protocol.
type target struct {
	operations map[string]operation
	model      *model // nil means that the Go types are all there is to check
}

// newTargets puts both APIs of the JSON protocol together. Every operation of
// AWS's model has a row, and no row is of an operation that AWS does not have.
func newTargets(m *model, rows map[api]map[string]operation) (map[api]target, error) {
	for name := range rows[apiDS] {
		if _, ok := m.Operations[name]; !ok {
			return nil, fmt.Errorf("operation %s is not in the API model", name)
		}
	}
	for name := range m.Operations {
		if _, ok := rows[apiDS][name]; !ok {
			return nil, fmt.Errorf("operation %s of the API model is neither offered nor refused", name)
		}
	}
	return map[api]target{apiDS: {operations: rows[apiDS], model: m}, apiOwn: {operations: rows[apiOwn]}}, nil
}
