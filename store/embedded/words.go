package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// lastWords passes on what a child logs, one JSON object a line, and keeps what
// says best why it ended: the newest complaint in its log, or the head of what
// is no log line at all, which is a panic's or the runtime's.
type lastWords struct {
	log *slog.Logger

	mu        sync.Mutex
	complaint string
	crash     string
}

// maxLine is how much of a line is read; longer ones are cut.
const maxLine = 64 << 10

func (l *lastWords) read(from io.Reader) {
	lines := bufio.NewReaderSize(from, maxLine)
	for {
		line, tooLong, err := lines.ReadLine()
		if err != nil {
			return
		}
		l.take(line)
		for tooLong && err == nil {
			_, tooLong, err = lines.ReadLine()
		}
	}
}

func (l *lastWords) take(line []byte) {
	var entry map[string]any
	if json.Unmarshal(line, &entry) != nil {
		l.mu.Lock()
		if text := strings.TrimSpace(string(line)); l.crash == "" && text != "" {
			l.crash = text
		}
		l.mu.Unlock()
		return
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(str(entry[slog.LevelKey])))
	message := str(entry[slog.MessageKey])
	var attrs []slog.Attr
	for key, value := range entry {
		if key != slog.LevelKey && key != slog.MessageKey && key != slog.TimeKey {
			attrs = append(attrs, slog.Any(key, value))
		}
	}
	if level >= slog.LevelWarn {
		l.mu.Lock()
		l.complaint = complaint(message, entry)
		l.mu.Unlock()
	}
	l.log.LogAttrs(context.Background(), level, message, attrs...) //nolint:sloglint // it is etcd that speaks
}

// complaint puts what etcd said, and the error that it named, in one line.
func complaint(message string, entry map[string]any) string {
	if said := str(entry["said"]); said != "" {
		message = said
	}
	fields, _ := entry["fields"].(map[string]any)
	for _, from := range []map[string]any{fields, entry} {
		if cause := str(from["error"]); cause != "" {
			return message + ": " + cause
		}
	}
	return message
}

func str(v any) string { s, _ := v.(string); return s }

// text gives the words, "" when there were none.
func (l *lastWords) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.complaint != "" {
		return l.complaint
	}
	return l.crash
}
