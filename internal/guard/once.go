package guard

import "crypto/sha256"

// TicketPart is how many of the first bytes of Once are its ticket's.
const TicketPart = 8

const wordsPart = 8

// Once tells what a form sends from what others do: the ticket by which it may be
// sent, and a hash, of 8 bytes or more, of where it is sent to and of everything
// in it. The same form sent again finds the post that it made; other words with
// the same ticket find that it was spent.
func Once(ticket string, words []byte) []byte {
	sum := sha256.Sum256([]byte(ticket))
	return append(sum[:TicketPart:TicketPart], words[:wordsPart]...)
}
