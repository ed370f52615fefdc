package embedded

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"

	"go.uber.org/zap/zapcore"
)

// logCore hands etcd's log over to slog, quieter by one step: what etcd warns
// of (a slow disk, mostly) is of use when something else went wrong. While it
// is being closed it calls the end of its listeners an error, which is none.
type logCore struct {
	log     *slog.Logger
	closing *atomic.Bool
	fields  []zapcore.Field
}

func (c logCore) Enabled(level zapcore.Level) bool {
	return level >= zapcore.WarnLevel && c.log.Enabled(context.Background(), c.slogLevel(level))
}

func (c logCore) slogLevel(level zapcore.Level) slog.Level {
	if level >= zapcore.ErrorLevel && !c.closing.Load() {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

func (c logCore) With(fields []zapcore.Field) zapcore.Core {
	return logCore{log: c.log, closing: c.closing, fields: append(append([]zapcore.Field(nil), c.fields...), fields...)}
}

func (c logCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return ce.AddCore(e, c)
	}
	return ce
}

func (c logCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range append(append([]zapcore.Field(nil), c.fields...), fields...) {
		f.AddTo(enc)
	}
	level := c.slogLevel(e.Level)
	if tooEarly(e.Message, enc.Fields) {
		level = slog.LevelDebug
	}
	c.log.Log(context.Background(), level, "etcd says", "said", e.Message, "fields", enc.Fields)
	return nil
}

// tooEarly is so of the one error that a new database may begin with: etcd
// notes its version in it before the first commit has told it the raft term.
// It tries again every few seconds (etcd 3.7, monitorStorageVersion), and any
// other cause of the same complaint is told.
func tooEarly(message string, fields map[string]any) bool {
	cause, _ := fields["error"].(string)
	return message == "failed to update storage version" && strings.HasSuffix(cause, "missing term information")
}

func (logCore) Sync() error { return nil }
