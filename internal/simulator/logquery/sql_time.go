package logquery

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// zone is that of the service's examples: 1592374067 is 2020-06-17 14:07:47.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

const timestampLayout = "2006-01-02 15:04:05.000"

// millis is a Unix time in milliseconds.
func millis(seconds int64) (int64, error) {
	if seconds > 1<<40 || seconds < -1<<40 {
		return 0, notSimulated("the time %d", seconds)
	}
	return seconds * 1000, nil
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).In(zone) }

// formatTime writes a time in a format of MySQL.
func formatTime(ms int64, format string) (driver.Value, error) {
	t := moment(ms)
	if t.Year() < 0 || t.Year() > 9999 {
		return nil, notSimulated("a time in the year %d", t.Year())
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		if layout, ok := timeLayouts[format[i]]; ok {
			b.WriteString(t.Format(layout))
			continue
		}
		switch c := format[i]; c {
		case 'c':
			b.WriteString(strconv.Itoa(int(t.Month())))
		case 'e':
			b.WriteString(strconv.Itoa(t.Day()))
		case 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		case 'k':
			b.WriteString(strconv.Itoa(t.Hour()))
		case 'v':
			_, week := t.ISOWeek()
			fmt.Fprintf(&b, "%02d", week)
		case 'f':
			b.WriteString(t.Format(".000000")[1:])
		case 'D', 'U', 'u', 'V', 'w', 'X', 'x':
			return nil, notSimulated("%%%c in a format of times", c)
		default: // %% and any other character stand for themselves
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

var timeLayouts = map[byte]string{
	'a': "Mon", 'b': "Jan", 'd': "02", 'H': "15", 'h': "03", 'I': "03", 'i': "04", 'l': "3", 'M': "January", 'm': "01",
	'p': "PM", 'r': "03:04:05 PM", 'S': "05", 's': "05", 'T': "15:04:05", 'W': "Monday", 'Y': "2006", 'y': "06",
}

// parseTime reads a time in a format of MySQL.
func parseTime(s, format string) (driver.Value, error) {
	var layout strings.Builder
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c != '%' || i+1 == len(format) {
			if isDigit(rune(c)) || isLetter(rune(c)) {
				if c != 'T' && c != 'Z' { // a letter that Go's layouts would read as more than itself
					return nil, notSimulated("the format %q for reading times", format)
				}
			}
			layout.WriteByte(c)
			continue
		}
		i++
		switch format[i] {
		case 'Y', 'm', 'd', 'H', 'i', 'S', 's', 'T', 'M', 'b', 'p', 'h', 'I', 'r':
			layout.WriteString(timeLayouts[format[i]])
		case 'c':
			layout.WriteByte('1')
		case 'e':
			layout.WriteByte('2')
		default:
			return nil, notSimulated("%%%c in a format for reading times", format[i])
		}
	}
	t, err := time.ParseInLocation(layout.String(), s, zone)
	if err != nil {
		return nil, invalid(`Invalid format: "%s" is malformed for %s`, shortened(s), format)
	}
	return t.UnixMilli(), nil
}

func unknownUnit(unit string) error {
	return invalid("'%s' is not a valid TIMESTAMP field", unit)
}

// truncateTime is the start of the second, minute, ... in which a time lies; weeks start on Monday.
func truncateTime(unit string, ms int64) (driver.Value, error) {
	t := moment(ms)
	y, m, d := t.Date()
	switch strings.ToLower(unit) {
	case "millisecond":
		return ms, nil
	case "second":
		t = t.Truncate(time.Second)
	case "minute":
		t = t.Truncate(time.Minute)
	case "hour":
		t = t.Truncate(time.Hour)
	case "day":
		t = time.Date(y, m, d, 0, 0, 0, 0, zone)
	case "week":
		t = time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, zone)
	case "month":
		t = time.Date(y, m, 1, 0, 0, 0, 0, zone)
	case "quarter":
		t = time.Date(y, m-(m-1)%3, 1, 0, 0, 0, 0, zone)
	case "year":
		t = time.Date(y, 1, 1, 0, 0, 0, 0, zone)
	default:
		return nil, unknownUnit(unit)
	}
	return t.UnixMilli(), nil
}

// unitMillis are the units of fixed length.
var unitMillis = map[string]int64{
	"millisecond": 1, "second": 1000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000, "week": 7 * 86_400_000,
}

var unitMonths = map[string]int{"month": 1, "quarter": 3, "year": 12}

const farAway = 1 << 32 // units; further is nonsense and would overflow

func addTime(unit string, n, ms int64) (driver.Value, error) {
	if n > farAway || n < -farAway {
		return nil, notSimulated("adding %d units to a time", n)
	}
	unit = strings.ToLower(unit)
	if length, ok := unitMillis[unit]; ok {
		return ms + n*length, nil
	}
	months, ok := unitMonths[unit]
	if !ok {
		return nil, unknownUnit(unit)
	}
	if n > 1<<20 || n < -1<<20 {
		return nil, notSimulated("adding %d units to a time", n)
	}
	return addMonths(moment(ms), int(n)*months).UnixMilli(), nil
}

// addMonths stays in the month that it reaches: a month after January 31 is the last of February.
func addMonths(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, zone).Day()
	return first.AddDate(0, 0, min(d, last)-1)
}

// diffTime counts whole units from a to b.
func diffTime(unit string, a, b int64) (driver.Value, error) {
	unit = strings.ToLower(unit)
	if length, ok := unitMillis[unit]; ok {
		return (b - a) / length, nil
	}
	months, ok := unitMonths[unit]
	if !ok {
		return nil, unknownUnit(unit)
	}
	from, to := moment(a), moment(b)
	n := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if n > 0 && addMonths(from, n).After(to) {
		n--
	}
	if n < 0 && addMonths(from, n).Before(to) {
		n++
	}
	return int64(n / months), nil
}

func timePart(part string) []variant {
	return []variant{fn(tBigint, types(tTimestamp), func(a []driver.Value) (driver.Value, error) {
		t := moment(integer(a[0]))
		n := 0
		switch part {
		case "year":
			n = t.Year()
		case "month":
			n = int(t.Month())
		case "day":
			n = t.Day()
		case "day_of_week": // Monday is 1, Sunday 7
			n = (int(t.Weekday())+6)%7 + 1
		case "day_of_year":
			n = t.YearDay()
		case "hour":
			n = t.Hour()
		case "minute":
			n = t.Minute()
		case "second":
			n = t.Second()
		}
		return int64(n), nil
	})}
}
