package logshipping

// StandardIndexText is the archive's standard index as it is sent.
func StandardIndexText() string {
	index, err := auditIndex(nil).Into("")
	if err != nil {
		panic(err)
	}
	return index
}
