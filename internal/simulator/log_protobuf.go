package simulator

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// The message LogGroup, as published: Logs = 1 {Time = 1, Contents = 2 {Key = 1, Value = 2}, TimeNs = 4}, Topic = 3,
// Source = 4, LogTags = 6 {Key = 1, Value = 2}.

// logPair is a field of a row, or a tag of a group.
type logPair struct{ key, value string }

// logEntry is one row. Its fields keep their order, and may repeat.
type logEntry struct {
	time     uint32
	ns       *uint32
	contents []logPair
}

// logRows are the rows of one LogGroup.
type logRows struct {
	topic, source string
	tags          []logPair
	entries       []logEntry
}

// eachField calls take for every field of a message; data is the payload of those with a length, n the value of others.
func eachField(message []byte, take func(field protowire.Number, kind protowire.Type, data []byte, n uint64) error) error {
	for len(message) > 0 {
		field, kind, used := protowire.ConsumeTag(message)
		if used < 0 {
			return protowire.ParseError(used)
		}
		message = message[used:]
		var data []byte
		var n uint64
		switch kind {
		case protowire.BytesType:
			data, used = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			n, used = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var fixed uint32
			fixed, used = protowire.ConsumeFixed32(message)
			n = uint64(fixed)
		default:
			used = protowire.ConsumeFieldValue(field, kind, message)
		}
		if used < 0 {
			return protowire.ParseError(used)
		}
		message = message[used:]
		if err := take(field, kind, data, n); err != nil {
			return err
		}
	}
	return nil
}

// wrongType is the error for a known field in an unknown shape.
func wrongType(field protowire.Number, kind protowire.Type, want protowire.Type) error {
	if kind != want {
		return fmt.Errorf("field %d has the wire type %d, want %d", field, kind, want)
	}
	return nil
}

func decodeLogRows(message []byte) (logRows, error) {
	rows := logRows{}
	err := eachField(message, func(field protowire.Number, kind protowire.Type, data []byte, _ uint64) error {
		if field > 6 {
			return nil
		}
		if err := wrongType(field, kind, protowire.BytesType); err != nil {
			return err
		}
		switch field {
		case 1:
			entry, err := decodeLogEntry(data)
			rows.entries = append(rows.entries, entry)
			return err
		case 3:
			rows.topic = string(data)
		case 4:
			rows.source = string(data)
		case 6:
			tag, err := decodeLogPair(data)
			rows.tags = append(rows.tags, tag)
			return err
		}
		return nil
	})
	return rows, err
}

func decodeLogEntry(message []byte) (logEntry, error) {
	entry, timed := logEntry{}, false
	err := eachField(message, func(field protowire.Number, kind protowire.Type, data []byte, n uint64) error {
		switch field {
		case 1:
			entry.time, timed = uint32(n), true //nolint:gosec // the field has 32 bits
			return wrongType(field, kind, protowire.VarintType)
		case 2:
			if err := wrongType(field, kind, protowire.BytesType); err != nil {
				return err
			}
			pair, err := decodeLogPair(data)
			entry.contents = append(entry.contents, pair)
			return err
		case 4:
			ns := uint32(n) //nolint:gosec // the field has 32 bits
			entry.ns = &ns
			return wrongType(field, kind, protowire.Fixed32Type)
		}
		return nil
	})
	if err == nil && !timed {
		err = errors.New("a log has no Time")
	}
	return entry, err
}

func decodeLogPair(message []byte) (logPair, error) {
	pair, seen := logPair{}, map[protowire.Number]bool{}
	err := eachField(message, func(field protowire.Number, kind protowire.Type, data []byte, _ uint64) error {
		seen[field] = true
		switch field {
		case 1:
			pair.key = string(data)
		case 2:
			pair.value = string(data)
		default:
			return nil
		}
		return wrongType(field, kind, protowire.BytesType)
	})
	if err == nil && (!seen[1] || !seen[2]) {
		err = errors.New("a pair lacks its Key or its Value")
	}
	return pair, err
}

func appendBytesField(to []byte, field protowire.Number, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), data)
}

func (p logPair) encode() []byte {
	return appendBytesField(appendBytesField(nil, 1, []byte(p.key)), 2, []byte(p.value))
}

// appendTo adds the group to a LogGroupList.
func (r *logRows) appendTo(list []byte) []byte {
	var group []byte
	for _, entry := range r.entries {
		one := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(entry.time))
		for _, pair := range entry.contents {
			one = appendBytesField(one, 2, pair.encode())
		}
		if entry.ns != nil {
			one = protowire.AppendFixed32(protowire.AppendTag(one, 4, protowire.Fixed32Type), *entry.ns)
		}
		group = appendBytesField(group, 1, one)
	}
	group = appendBytesField(appendBytesField(group, 3, []byte(r.topic)), 4, []byte(r.source))
	for _, tag := range r.tags {
		group = appendBytesField(group, 6, tag.encode())
	}
	return appendBytesField(list, 1, group)
}
