//go:build race

package harness

// underRace tells whether the tests were built with the race detector. Then
// the server is, too: what runs at the same time is there.
const underRace = true
