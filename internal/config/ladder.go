package config

import (
	"errors"
	"fmt"
)

// Ladder are a site's numbers for hands and for the convenings that they open.
type Ladder struct {
	HandDays int // a hand stays up after the week in which it went up or was renewed
	Shown    int // hands from which on their number is told
	Held     int // hands that one device has
	Ask      int // hands from which on one of them may open a convening
	Hands    int // that open one by themselves
	Growth   int // more hands that open one anew after one that came to nothing
	First    int // days to the first time that is offered
	Last     int // and to the last
	OpenDays int // that a convening stands open
	Enough   int // hands that one time suits close it at once
	Least    int // hands that the best time must suit
	RestDays int // after one that came to nothing, until another opens without more hands
}

// settle sees that the numbers go together.
func (l Ladder) settle() error {
	var wrong []error
	for _, law := range []struct {
		broken bool
		why    string
	}{
		{l.Ask < l.Shown, fmt.Sprintf("convening-ask is %d and hands-shown %d: want no fewer, for that somebody may ask tells how many are up", l.Ask, l.Shown)},
		{l.Hands < l.Ask, fmt.Sprintf("convening-hands is %d and convening-ask %d: want no fewer, for what opens by itself would leave nobody to ask", l.Hands, l.Ask)},
		{l.Least > l.Ask, fmt.Sprintf("convening-least is %d and convening-ask %d: want no more, or those who ask could never agree", l.Least, l.Ask)},
		{l.Enough < l.Least, fmt.Sprintf("convening-enough is %d and convening-least %d: want no fewer", l.Enough, l.Least)},
		{l.Last < max(l.First, l.OpenDays)+7, fmt.Sprintf("dates-last is %d: want at least 7 days more than dates-first (%d) and convening-days (%d), so that a week's times can be offered", l.Last, l.First, l.OpenDays)},
	} {
		if law.broken {
			wrong = append(wrong, errors.New(law.why))
		}
	}
	return errors.Join(wrong...)
}
