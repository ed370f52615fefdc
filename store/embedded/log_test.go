package embedded

import (
	"bytes"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"

	"go.uber.org/zap"
)

func TestWhatEtcdSaysThatMatters(t *testing.T) {
	tests := []struct {
		name    string
		message string
		cause   string
		closing bool
		told    bool
	}{
		{"an error", "failed to save", "no space left on device", false, true},
		{"an error while it closes", "listener closed", "use of closed network connection", true, false},
		{"its version, before the first commit", "failed to update storage version", "cannot detect storage schema version: missing term information", false, false},
		{"its version, for another reason", "failed to update storage version", "cannot detect storage schema version: missing confstate information", false, true},
		{"the term, missing elsewhere", "failed to recover", "missing term information", false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var said bytes.Buffer
			var closing atomic.Bool
			closing.Store(tt.closing)
			log := zap.New(logCore{log: slog.New(slog.NewTextHandler(&said, nil)), closing: &closing})
			log.Error(tt.message, zap.Error(errors.New(tt.cause)))
			if told := said.Len() > 0; told != tt.told {
				t.Errorf("told: %v, want %v (%s)", told, tt.told, said.String())
			}
		})
	}
}
