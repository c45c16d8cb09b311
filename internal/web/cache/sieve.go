package cache

// enqueue puts an entry at the head of the queue. The lock is held, here and
// below.
func (c *Cache) enqueue(e *entry) {
	e.queued, e.older = true, c.head
	if c.head != nil {
		c.head.newer = e
	}
	c.head = e
	if c.tail == nil {
		c.tail = e
	}
}

// unqueue takes an entry out of the queue.
func (c *Cache) unqueue(e *entry) {
	if c.hand == e {
		c.hand = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		c.head = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		c.tail = e.newer
	}
	e.newer, e.older, e.queued = nil, nil, false
}

// evict makes room: the hand goes from old to new, spares what was asked for
// since it last came by, and takes the first that wasn't. What has just come in
// stays.
func (c *Cache) evict(latest *entry) {
	for c.size > c.limit {
		e := c.hand
		if e == nil {
			e = c.tail
		}
		for e.asked.Load() || e == latest {
			e.asked.Store(false)
			if e = e.newer; e == nil {
				e = c.tail
			}
			if e == latest && c.head == c.tail {
				return // there is no other
			}
		}
		c.hand = e.newer
		c.drop(e)
		c.dropped.Add(1)
	}
}

// drop forgets an entry. One that is being rendered leaves its page behind when
// that is done, but what was kept of it is gone.
func (c *Cache) drop(e *entry) {
	if e.queued {
		c.unqueue(e)
	}
	if e.page != nil {
		c.size -= e.page.size()
		e.page = nil
	}
	if e.flight != nil {
		return
	}
	delete(c.entries, e.key)
	for _, t := range e.topics {
		delete(c.topics[t], e)
		if len(c.topics[t]) == 0 {
			delete(c.topics, t)
		}
	}
}
