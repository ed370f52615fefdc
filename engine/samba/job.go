package samba

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// The Python program that does one job with Samba's own library: jobs that
// fill a page of their own, and then the runner, which knows them by the tuples
// whose names end in _JOBS.
var (
	//go:embed *.py
	programs embed.FS

	runner = sync.OnceValue(wholeProgram)
)

// last is the file that runs the job.
const last = "runner.py"

func wholeProgram() []byte {
	files, err := programs.ReadDir(".")
	if err != nil {
		panic(err) // embedded: it is there
	}
	names := make([]string, 0, len(files))
	for _, f := range files {
		if f.Name() != last {
			names = append(names, f.Name())
		}
	}
	var all bytes.Buffer
	for _, name := range append(names, last) {
		text, err := programs.ReadFile(name)
		if err != nil {
			panic(err)
		}
		all.Write(text)
		all.WriteString("\n\n")
	}
	return all.Bytes()
}

// pythonArgv: Debian's Python, which has Samba's modules, isolated from the
// user's; the program itself comes on descriptor 3.
var pythonArgv = []string{"/usr/bin/python3", "-I", "-B", "/dev/fd/3"}

// jobError is a job's failure. Kind is the runner's: one of kindsOfJobs,
// ownKinds, or a Python exception's name.
type jobError struct {
	Kind    string
	Message string
	Output  string // last lines of what Samba said, secrets taken out
}

func (e *jobError) Error() string {
	if e.Output == "" {
		return e.Message
	}
	return e.Message + "; the last lines were: " + e.Output
}

// lastWords is how long a job's output is read after its end.
const lastWords = 5 * time.Second

// runJob runs one job in the container and gives what it returned. The job is
// killed when ctx ends. secrets are taken out of all output. more are the
// job's descriptors 5 and on; they are closed here once the job has them.
func runJob(ctx context.Context, c *children, log *logbook, job []byte, secrets []string, more ...*os.File) (json.RawMessage, error) {
	var pipes pipeSet
	defer pipes.close()
	stdin, stdinW := pipes.make()
	outR, outW := pipes.make()
	script, scriptW := pipes.make()
	resultR, resultW := pipes.make()
	if pipes.err != nil {
		return nil, pipes.err
	}
	pid, exit, err := c.start(pythonArgv, append([]*os.File{stdin, outW, outW, script, resultW}, more...)...)
	pipes.closeNow(more...)
	if err != nil {
		return nil, err
	}
	pipes.closeNow(stdin, outW, script, resultW) // the child's ends
	killed := context.AfterFunc(ctx, func() { killGroup(pid, unix.SIGKILL) })
	defer killed()

	var work sync.WaitGroup
	feed := func(w *os.File, data []byte) {
		work.Go(func() {
			_, _ = w.Write(data)
			pipes.closeNow(w)
		})
	}
	feed(scriptW, runner())
	feed(stdinW, job)
	var said tail
	var result []byte
	work.Go(func() {
		eachLine(outR, func(line string) {
			line = redact(line, secrets)
			said.add(line)
			log.add(line)
		})
	})
	work.Go(func() { result, _ = io.ReadAll(io.LimitReader(resultR, 1<<20)) })
	ws := <-exit
	killGroup(pid, unix.SIGKILL) // whoever holds the pipes open
	// Who left the group and holds them still is waited for by nobody.
	enough := time.AfterFunc(lastWords, pipes.close)
	work.Wait()
	enough.Stop()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return outcome(result, ws, &said, secrets)
}

func outcome(result []byte, ws unix.WaitStatus, said *tail, secrets []string) (json.RawMessage, error) {
	var o struct {
		Value       json.RawMessage
		Kind, Error string
	}
	if err := json.Unmarshal(result, &o); err != nil {
		return nil, &jobError{Kind: "Crash", Output: said.String(),
			Message: "the job ended without an answer: " + exitWords(ws)}
	}
	if o.Error == "" && o.Kind == "" {
		return o.Value, nil
	}
	e := &jobError{Kind: o.Kind, Message: redact(o.Error, secrets)}
	if _, known := kindsOfJobs[o.Kind]; !known {
		e.Output = said.String()
	}
	return nil, e
}

func redact(line string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			line = strings.ReplaceAll(line, s, "[redacted]")
		}
	}
	return line
}

// tail keeps the last lines for an error message.
type tail struct{ lines []string }

func (t *tail) add(line string) {
	line = line[:min(len(line), maxLine)]
	if t.lines = append(t.lines, line); len(t.lines) > 8 {
		t.lines = t.lines[1:]
	}
}

func (t *tail) String() string { return strings.Join(t.lines, " | ") }

// pipeSet makes pipes and closes each end once.
type pipeSet struct {
	mu   sync.Mutex
	open []*os.File
	err  error
}

func (s *pipeSet) make() (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		s.err = fmt.Errorf("cannot make a pipe: %w", err)
		return nil, nil
	}
	s.open = append(s.open, r, w)
	return r, w
}

func (s *pipeSet) closeNow(files ...*os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range files {
		_ = f.Close() // a second Close only returns an error
	}
}

func (s *pipeSet) close() { s.closeNow(s.open...) }
