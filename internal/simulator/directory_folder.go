package simulator

import (
	"net/http"
	"slices"
	"strings"
)

func (c *Cloud) folder(id string) *Folder {
	for i := range c.directory.Folders {
		if c.directory.Folders[i].FolderID == id {
			return &c.directory.Folders[i]
		}
	}
	return nil
}

func (cl *call) noFolder(id string) *apiError {
	return refuse(http.StatusNotFound, "EntityNotExists.Folder", "The specified folder %s does not exist in the resource directory.", id)
}

// parentFolder reads ParentFolderId; left out, it is the root folder.
func (cl *call) parentFolder() (string, *apiError) {
	id := cl.params.Get("ParentFolderId")
	if id == "" {
		id = cl.directory.RootFolderID
	}
	if id != cl.directory.RootFolderID && cl.folder(id) == nil {
		return "", cl.noFolder(id)
	}
	return id, nil
}

func (cl *call) parentOf(f *Folder) string {
	if f.ParentFolderID == "" {
		return cl.directory.RootFolderID
	}
	return f.ParentFolderID
}

// chain lists the folders from the root folder down to id, the root folder excluded.
func (c *Cloud) chain(id string) []*Folder {
	folders := []*Folder{}
	for f := c.folder(id); f != nil; f = c.folder(f.ParentFolderID) {
		folders = append(folders, f)
	}
	slices.Reverse(folders)
	return folders
}

// folderPath is the RDPath: rd-x/r-x/fd-x.
func (cl *call) folderPath(id string) string {
	path := cl.directory.ResourceDirectoryID + "/" + cl.directory.RootFolderID
	var pathSb53 strings.Builder
	for _, f := range cl.chain(id) {
		pathSb53.WriteString("/" + f.FolderID)
	}
	path += pathSb53.String()
	return path
}

func folderObject(f *Folder) map[string]any {
	item := map[string]any{"FolderId": f.FolderID, "FolderName": f.FolderName}
	if f.CreateTime != nil {
		item["CreateTime"] = *f.CreateTime
	}
	return item
}

func (cl *call) rootObject() map[string]any {
	return folderObject(&Folder{FolderID: cl.directory.RootFolderID, FolderName: "root", CreateTime: cl.directory.CreateTime})
}

func listFoldersForParent(cl *call) (any, *apiError) {
	parent, err := cl.parentFolder()
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for i := range cl.directory.Folders {
		f := &cl.directory.Folders[i]
		if cl.parentOf(f) == parent && matchesFold(f.FolderName, cl.params.Get("QueryKeyword")) {
			list = append(list, folderObject(f))
		}
	}
	pageNumber, pageSize := number(cl.params, "PageNumber", 1), number(cl.params, "PageSize", 10)
	return map[string]any{
		"RequestId": "", "PageNumber": pageNumber, "PageSize": pageSize, "TotalCount": len(list),
		"Folders": map[string]any{"Folder": page(list, pageNumber, pageSize)},
	}, nil
}

func getFolder(cl *call) (any, *apiError) {
	id := cl.params.Get("FolderId")
	var item map[string]any
	if id == cl.directory.RootFolderID {
		item = cl.rootObject()
	} else if f := cl.folder(id); f != nil {
		item = folderObject(f)
		item["ParentFolderId"] = cl.parentOf(f)
	} else {
		return nil, cl.noFolder(id)
	}
	item["ResourceDirectoryPath"] = cl.folderPath(id)
	return map[string]any{"RequestId": "", "Folder": item}, nil
}

// listAncestors answers the folders above a folder or a member, from the root folder down.
func listAncestors(cl *call) (any, *apiError) {
	child := cl.params.Get("ChildId")
	list := []map[string]any{cl.rootObject()}
	if f := cl.folder(child); f != nil {
		for _, above := range cl.chain(f.ParentFolderID) {
			list = append(list, folderObject(above))
		}
	} else if at := slices.IndexFunc(cl.members(), func(a *Account) bool { return a.AccountID == child }); at >= 0 {
		for _, above := range cl.chain(cl.members()[at].FolderID) {
			list = append(list, folderObject(above))
		}
	} else if child == cl.directory.RootFolderID {
		list = []map[string]any{}
	} else {
		return nil, cl.noFolder(child)
	}
	return map[string]any{"RequestId": "", "Folders": map[string]any{"Folder": list}}, nil
}
