package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
)

// DamagedError says that the files of a store cannot be read.
type DamagedError struct {
	Dir    string // the store's folder
	Damage string // the file and what is wrong with it
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the store in %s is damaged: %s.\n%s", e.Dir, e.Damage, wayOut)
}

// wayOut is what to do about a store that cannot be read.
const wayOut = "Move the data folder aside, put its last backup in its place and start again (docs/backup.md); domain controllers that run go on meanwhile."

// glance looks for damage in the files of the folder's etcd with which etcd
// must not be started: it would end by SIGBUS, or begin a new log beside the old
// data base. "" means that none was found.
func glance(dir string) string {
	db := dbFile(dir)
	if wrong := inspectDB(db); wrong != "" {
		return db + " " + wrong
	}
	if _, err := os.Stat(db); err == nil && len(segmentsOf(dir)) == 0 {
		return filepath.Join(dir, "etcd", "member", "wal") + " has lost its files"
	}
	return ""
}

// segmentsOf lists the files of etcd's log, the oldest first.
func segmentsOf(dir string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "etcd", "member", "wal", "*.wal")) // the pattern is good
	slices.Sort(files)
	return files
}

// inspect looks for damage more closely than glance: it reads the whole log.
func inspect(dir string) string {
	if damage := glance(dir); damage != "" {
		return damage
	}
	segments := segmentsOf(dir)
	for i, file := range segments {
		if err := readSegment(file, i == len(segments)-1); err != nil {
			return file + " cannot be read: " + err.Error()
		}
	}
	return ""
}

// readSegment reads a segment of the write-ahead log to its end. The last one
// may break off: a crash does that, and etcd mends it.
func readSegment(file string, last bool) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	decoder := wal.NewDecoder(fileutil.NewFileReader(f))
	for {
		var record walpb.Record
		switch err := decoder.Decode(&record); {
		case errors.Is(err, io.EOF), last && errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
		if record.GetType() == wal.CrcType { // the sum of the segments before
			decoder.UpdateCRC(record.GetCrc())
		}
	}
}

// The head of a bbolt file: two pages with the same meta data, of which the one
// written last counts. Offsets from the page's start.
const (
	boltMagic    = 0xED0CDAED
	metaAt       = 16 // after the page's own head
	metaSum      = metaAt + 56
	metaHigh     = metaAt + 40 // the first page that was never in use
	metaPageSize = metaAt + 8
)

// inspectDB says what is wrong with a bbolt file; "" means nothing, or that
// there is none. A file that is cut short would end the process that opens it
// by SIGBUS, since bbolt maps it into memory.
func inspectDB(file string) (wrong string) {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	if err != nil {
		return "cannot be opened: " + err.Error()
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	valid := false
	for _, page := range []int64{0, int64(os.Getpagesize())} {
		meta := make([]byte, metaSum+8)
		if _, err := f.ReadAt(meta, page); err != nil {
			continue
		}
		sum := fnv.New64a()
		_, _ = sum.Write(meta[metaAt:metaSum])
		if binary.NativeEndian.Uint32(meta[metaAt:]) != boltMagic || sum.Sum64() != binary.NativeEndian.Uint64(meta[metaSum:]) {
			continue
		}
		valid = true
		pages, size := binary.NativeEndian.Uint64(meta[metaHigh:]), binary.NativeEndian.Uint32(meta[metaPageSize:])
		if want := int64(pages) * int64(size); info.Size() < want {
			return fmt.Sprintf("is cut short: it has %d bytes and should have %d", info.Size(), want)
		}
	}
	if !valid {
		return "has no valid head"
	}
	return ""
}
