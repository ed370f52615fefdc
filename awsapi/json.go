package awsapi

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/entente-ad/entente/internal/errs"
)

const jsonType = "application/x-amz-json-1.1"

// serveJSON answers AWS's JSON 1.1 protocol: one operation by X-Amz-Target,
// one JSON object in, one out.
func (h *Handler) serveJSON(ctx context.Context, q *request) {
	q.service = "ds"
	t, op, body, f := h.receiveJSON(q)
	if f != nil {
		q.failJSON(f)
		return
	}
	var same question
	var revision int64
	remember := op.freshness == stored && h.cfg.Revision != nil
	if remember {
		same, revision = questionOf(q, body), h.cfg.Revision()
		if answer, ok := h.answers.get(revision, same); ok {
			q.answer(http.StatusOK, jsonType, answer)
			return
		}
	}
	out, f := h.callJSON(ctx, q, t, op, body)
	if f != nil {
		q.failJSON(f)
		return
	}
	buffer, _ := h.buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	*buffer = h.plans.encode((*buffer)[:0], out)
	if remember {
		h.answers.put(revision, same, *buffer)
	}
	q.answer(http.StatusOK, jsonType, *buffer)
	if cap(*buffer) <= maxBody {
		h.buffers.Put(buffer)
	}
}

// receiveJSON finds the operation, reads the body and checks who signed it.
func (h *Handler) receiveJSON(q *request) (t target, op operation, body []byte, f *failure) {
	if f = presigned(q); f != nil {
		return t, op, nil, f // say so, whatever else is wrong
	}
	if t, op, f = h.findOperation(q); f != nil {
		return t, op, nil, f
	}
	q.operation = op.name
	if f = h.session(q); f != nil {
		return t, op, nil, f
	}
	if q.known {
		body, f = q.readBody()
		return t, op, body, f
	}
	if _, f = h.authorization(q, "ds", []string{"X-Amz-Target"}); f != nil {
		return t, op, nil, f // before the body is read
	}
	if body, f = q.readBody(); f != nil {
		return t, op, nil, f
	}
	return t, op, body, h.authenticate(q, "ds", body, "X-Amz-Target")
}

// callJSON decodes and checks the input and calls the operation.
func (h *Handler) callJSON(ctx context.Context, q *request, t target, op operation, body []byte) (any, *failure) {
	tree, err := parseTree(body)
	if err != nil {
		return nil, fail("SerializationException", err.Error())
	}
	if q.key.ReadOnly && op.access != reads {
		return nil, denied(q, tree)
	}
	if op.call == nil {
		return nil, failureOf(errs.E(errs.Unsupported, "%s", op.refusal))
	}
	in := reflect.New(op.input)
	if err := h.plans.decode(tree, in.Elem(), ""); err != nil {
		return nil, fail("SerializationException", err.Error())
	}
	if t.model != nil {
		if message := t.model.validate(t.model.Operations[op.name].Input, tree); message != "" {
			return nil, fail("ValidationException", message)
		}
	}
	out, err := op.call(ctx, q.caller, in.Interface())
	if err != nil {
		return nil, failureOf(err)
	}
	return out, nil
}

// findOperation reads X-Amz-Target.
func (h *Handler) findOperation(q *request) (target, operation, *failure) {
	unknown := func(message string) (target, operation, *failure) {
		return target{}, operation{}, fail("UnknownOperationException", message)
	}
	targets := q.Header.Values("X-Amz-Target")
	switch {
	case q.Method != http.MethodPost:
		return unknown("Operations are called with POST.")
	case len(targets) != 1:
		return unknown("The request must have one X-Amz-Target header, such as 'DirectoryService_20150416.DescribeDirectories'.")
	case mediaType(q.Request) != jsonType:
		return unknown("The Content-Type must be '" + jsonType + "'.")
	case q.Header.Get("Content-Encoding") != "":
		return unknown("The request body must not have a Content-Encoding.")
	}
	prefix, name, _ := strings.Cut(targets[0], ".")
	t, ok := h.targets[api(prefix)]
	if !ok {
		return unknown("There is no such API.")
	}
	op, ok := t.operations[name]
	if !ok {
		return unknown("There is no such operation.")
	}
	return t, op, nil
}

// denied is AWS's answer to a caller who may not do this.
func denied(q *request, in *node) *failure {
	resource := "*"
	for _, name := range []string{"DirectoryId", "ResourceId"} {
		if id, ok := in.get(name); ok && directoryID(id.text) {
			resource = "arn:aws:ds:" + q.caller.Region + ":" + q.caller.Account + ":directory/" + id.text
		}
	}
	return fail("AccessDeniedException", "User: "+userARN(q.caller)+" is not authorized to perform: ds:"+q.operation+
		" on resource: "+resource+" because the access key is read-only")
}

func directoryID(s string) bool {
	return len(s) == 12 && strings.HasPrefix(s, "d-") && strings.Trim(s[2:], "0123456789abcdef") == ""
}

// failJSON answers with an error. The code is in __type alone, where the
// protocol wants it. AWS spells the message "Message" for errors of the
// service and "message" for those of its framework; clients differ in which
// one they read, so both are there.
func (q *request) failJSON(f *failure) {
	q.failure = f
	message := f.message
	if f.quoteID {
		message += " : RequestId: " + q.id
	}
	b := append([]byte(nil), `{"__type":`...)
	b = appendString(b, f.code)
	for _, name := range []string{`,"Message":`, `,"message":`} {
		b = append(b, name...)
		b = appendString(b, message)
	}
	b = append(b, `,"RequestId":`...)
	b = appendString(b, q.id)
	q.answer(f.status, jsonType, append(b, '}'))
}
