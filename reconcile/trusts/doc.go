// Package trusts makes trust relationships as they are wanted, keeps looking
// at them, and takes them away.
//
// One pass for a trust looks at everything at once (our DCs, the partner,
// what our side holds), asks trust.Next, does what it says and asks again,
// until it says wait. Nothing is kept between passes that matters: after a
// crash at any point the next pass looks, and goes on. What has to survive (that
// writing our object was begun, where, and when) is in the trust's status
// before the step that needs it; the sealed password goes in the transaction
// that notes that our object holds it.
//
// It reaches the world through Side, Finder and Controller, which cmd/entente
// joins to engine/lsa and engine/samba. It never imports an engine.
package trusts
