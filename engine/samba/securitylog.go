package samba

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/entente-ad/entente/directory"
)

// maxRecords is how many records of a security log are read at once.
const maxRecords = 200

// SecurityLog reads records, JSON texts, of a domain controller's security log
// from a place on, the oldest first, and gives the place after them. The zero
// place is the oldest record there is. A log that has grown beyond its bounds
// twice since has lost records; reading goes on with the oldest that is there.
func (e *Engine) SecurityLog(dc directory.DCID, from directory.LogPlace) (records []string, next directory.LogPlace, err error) {
	files, err := openLog(filepath.Join(e.stateDir(dc), dirLog, fileSecurity))
	defer func() {
		for _, f := range files {
			_ = f.Close()
		}
	}()
	if err != nil {
		return nil, from, err
	}
	ids := make([]uint64, len(files))
	first := 0 // the file to go on in; the oldest when the place is in none
	for i, f := range files {
		if ids[i], err = logID(f); err != nil {
			return nil, from, err
		}
		if ids[i] == from.File && from.File != 0 {
			first = i
		}
	}
	for i, f := range files[first:] {
		place := directory.LogPlace{File: ids[first+i]}
		if place.File == from.File {
			place = from
		}
		if records, next, err = readRecords(f, place); err != nil || len(records) > 0 {
			return records, next, err
		}
	}
	return nil, from, nil
}

// openLog opens what there is of a log, the oldest file first. It looks again
// when the current file became the old one meanwhile, since one that came
// between would be missed. Open files keep their inodes, so that comparing
// those here is safe.
func openLog(current string) (files []*os.File, err error) {
	for range 10 {
		now, err := open(current)
		if err != nil {
			return nil, err
		}
		old, err := open(current + ".old")
		if err != nil {
			return now, err
		}
		files = append(old, now...)
		if len(now) == 0 {
			return files, nil
		}
		opened, err := now[0].Stat()
		if err != nil {
			return files, err
		}
		if there, err := os.Stat(current); err == nil && os.SameFile(opened, there) {
			return files, nil
		}
		for _, f := range files {
			_ = f.Close()
		}
	}
	return nil, errors.New("cannot read the log " + current + ": its files change too quickly")
}

// open gives no file where there is none.
func open(path string) ([]*os.File, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []*os.File{f}, nil
}

// logID tells a file of the log from every other one that ever was: a number
// drawn from its first record, which has a time in microseconds and identifiers
// of its own. A file's inode would not do: the next file may get it. It is 0
// while the file has no whole record.
func logID(f *os.File) (uint64, error) {
	line, err := bufio.NewReaderSize(f, maxRead).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256([]byte(line))
	return binary.BigEndian.Uint64(sum[:]), nil
}

// readRecords reads from a place in f on.
func readRecords(f *os.File, from directory.LogPlace) (records []string, next directory.LogPlace, err error) {
	if from.File == 0 {
		return nil, from, nil // nothing whole is in it yet
	}
	if _, err := f.Seek(from.Offset, io.SeekStart); err != nil {
		return nil, from, err
	}
	for r := bufio.NewReaderSize(f, maxRead); len(records) < maxRecords; {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // the rest of a line that is being written comes later
		}
		if err != nil {
			return nil, from, err
		}
		from.Offset += int64(len(line))
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			records = append(records, line)
		}
	}
	return records, from, nil
}
