// What a browser tells about files and keys, with its peculiarities.

/** Enter and the like belong to the input method while it composes a word. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229
}

/**
 * Call `take(files, folders)` for what is dropped on or pasted into the box; returns how to stop.
 * `takeText(text, area)` is asked about other text that is pasted, and answers whether it took it.
 */
export function listenForFiles(box, take, takeText) {
  const stop = new AbortController()
  const on = (target, type, listener) =>
    target.addEventListener(type, listener, { signal: stop.signal })
  const mark = (isOver) => box.toggleAttribute("data-drop", isOver)

  on(box, "dragover", (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    event.stopPropagation()
    event.dataTransfer.dropEffect = "copy"
    mark(true)
  })
  on(box, "dragleave", (event) => {
    if (!box.contains(event.relatedTarget)) mark(false)
  })
  on(box, "drop", (event) => {
    mark(false)
    if (!hasFiles(event)) return
    event.preventDefault()
    event.stopPropagation()
    const files = [...event.dataTransfer.files]
    take(files, foldersOf(event.dataTransfer, files))
  })
  on(box, "paste", (event) => {
    const files = pastedFiles(event.clipboardData)
    const isTaken = files.length || takeText(event.clipboardData?.getData("text/plain") ?? "", event.target)
    if (!isTaken) return
    event.preventDefault()
    if (files.length) take(files, [])
  })
  keepPage(on)
  return () => stop.abort()
}

/** A file that misses the box must not replace the page. */
function keepPage(on) {
  on(window, "dragover", (event) => {
    if (!hasFiles(event) || event.defaultPrevented) return
    event.preventDefault()
    event.dataTransfer.dropEffect = "none"
  })
  on(window, "drop", (event) => hasFiles(event) && event.preventDefault())
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false
}

function foldersOf(transfer, files) {
  const items = [...transfer.items].filter((item) => item.kind === "file")
  return files.filter((_, at) => items[at]?.webkitGetAsEntry?.()?.isDirectory)
}

/** Office programs add a picture of the text that is pasted: then the text is what is meant. */
function pastedFiles(clipboard) {
  const files = [...(clipboard?.files ?? [])]
  const text = clipboard?.getData("text/plain").trim() ?? ""
  const isName = files.every((file) => text.includes(file.name))
  return !text || isName ? files : []
}
