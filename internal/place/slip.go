package place

// allowed is how many slips of the pen a name of so many letters may have.
func allowed(letters int) int {
	switch {
	case letters >= 8:
		return 2
	case letters >= 4:
		return 1
	}
	return 0
}

// slips takes the places of keys that are a slip or two away from q: a letter
// left out, one too many, another one, or two that changed places.
func (s *search) slips(q string, in spans, cost int) {
	x, t := &s.g.index, s.g.t
	sign, letters := signature(q)
	k := allowed(letters)
	if k == 0 || letters > maxLetters-k-1 {
		return
	}
	m := newMeter(q)
	for l := letters - k; l <= letters+k; l++ {
		from, to := x.length[l], x.length[l+1]
		for i, other := range x.sign[from:to] {
			if apart(sign, other, k) {
				continue
			}
			key := x.keys[from+uint32(i)]
			if best := int(x.best[key]); best < s.least || s.full && best+cost <= int(s.floor) {
				continue
			}
			if d := m.distance(t.Written.Keys.Get(key), k); d > 0 && d <= k {
				s.add(key, d*cost, in, true)
			}
		}
	}
}

// begunSlips takes the places of keys that begin with something one slip away
// from q. The first half of q must be right, so that not all keys need be
// looked at.
func (s *search) begunSlips(q string) {
	m := newMeter(q)
	n := len(m.query)
	if n < 5 || n > maxLetters {
		return
	}
	from, to := s.g.prefixed(string(m.query[:max(3, n/2)]))
	for key := from; key < to; key++ {
		if best := int(s.g.index.best[key]); best < s.least || s.full && best+begunSlip <= int(s.floor) {
			continue
		}
		if m.prefixDistance(s.g.t.Written.Keys.Get(key)) == 1 {
			s.add(key, begunSlip, nil, true)
		}
	}
}

// meter measures how many slips a key is away from a query: the optimal string
// alignment distance (Damerau 1964), which counts two neighbours that changed
// places as one.
type meter struct {
	query []rune
	key   []rune
	rows  [3][maxQuery + 4]uint8
}

func newMeter(q string) *meter { return &meter{query: []rune(q), key: make([]rune, 0, 2*maxQuery)} }

// far is a distance that is too far.
const far = 100

// read takes a key's letters apart, no more of them than fit the rows.
func (m *meter) read(key string) {
	m.key = m.key[:0]
	for _, r := range key {
		if len(m.key) == maxQuery {
			break
		}
		m.key = append(m.key, r)
	}
}

// distance is how far key is from the query, or far where that is more than k.
func (m *meter) distance(key string, k int) int {
	m.read(key)
	a, b := m.query, m.key
	if len(a)-len(b) > k || len(b)-len(a) > k {
		return far
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if min(len(a), len(b)) == 0 {
		return max(len(a), len(b))
	}
	last := m.table(a, b, k)
	return int(last[len(b)])
}

// prefixDistance is 1 if some beginning of key is one slip from the query, and
// else some other number.
func (m *meter) prefixDistance(key string) int {
	m.read(key)
	b := m.key[:min(len(m.key), len(m.query)+1)]
	last := m.table(m.query, b, 1)
	least := far
	for j := max(len(m.query)-1, 0); j <= len(b); j++ {
		least = min(least, int(last[j]))
	}
	return least
}

// table fills the table of distances between the beginnings of a and b, but
// for what is more than k off its diagonal, and gives the row of all of a. It
// stops as soon as a row has nothing within k.
func (m *meter) table(a, b []rune, k int) []uint8 {
	before, row, next := &m.rows[0], &m.rows[1], &m.rows[2]
	for j := range len(b) + 1 {
		row[j] = uint8(min(j, far))
	}
	for i := 1; i <= len(a); i++ {
		low, high := max(1, i-k), min(len(b), i+k)
		least := uint8(far)
		next[low-1] = far
		if low == 1 {
			next[0] = uint8(min(i, far))
			least = next[0]
		}
		for j := low; j <= high; j++ {
			d := row[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			if j < i+k {
				d = min(d, row[j]+1)
			}
			d = min(d, next[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			next[j] = d
			least = min(least, d)
		}
		if high < len(b) {
			next[high+1] = far
		}
		before, row, next = row, next, before
		if int(least) > k {
			for j := range len(b) + 1 {
				row[j] = far
			}
			break
		}
	}
	if len(a) < len(b)-k {
		row[len(b)] = far
	}
	return row[:len(b)+1]
}
