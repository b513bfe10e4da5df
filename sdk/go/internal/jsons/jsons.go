// Package jsons reads and writes JSON as all SDKs do: integers that fit 64 bits are exact, every text is Unicode.
package jsons

import (
	"encoding/json/jsontext"
	"encoding/json/v2"
	"errors"
	"strconv"
)

// Marshal turns a value into JSON text. Texts that are no UTF-8 are an error, and maps are in the order of their keys.
func Marshal(value any) (string, error) {
	text, err := json.Marshal(value, json.Deterministic(true))
	return string(text), err
}

// Unmarshal reads JSON text into what a pointer points to. Into an `any`, an integer that fits is read as int64 or,
// where it is larger, as uint64; every other number as float64. Of several members of one name, the last one counts.
func Unmarshal(text string, into any) error {
	return json.Unmarshal([]byte(text), into, readNumbers, jsontext.AllowDuplicateNames(true))
}

var readNumbers = json.WithUnmarshalers(json.UnmarshalFromFunc(readNumber))

func readNumber(decoder *jsontext.Decoder, into *any) error {
	if decoder.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	text, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	*into, err = Number(string(text))
	return err
}

// Number is the value of a JSON number: an int64, a uint64 or a float64.
func Number(text string) (any, error) {
	if integer, err := strconv.ParseInt(text, 10, 64); err == nil {
		return integer, nil
	}
	if integer, err := strconv.ParseUint(text, 10, 64); err == nil {
		return integer, nil
	}
	return strconv.ParseFloat(text, 64)
}
