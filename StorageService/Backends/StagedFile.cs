namespace StorageService.Backends;

/// <summary>A file in <c>incoming/</c> that is on the disk whole before it gets its name.</summary>
internal sealed class StagedFile(string path, string target) : IStagedObject
{
    private const int Attempts = 5;
    private bool committed;

    public async Task WriteAsync(Stream content, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        await content.CopyToAsync(file, 128 * 1024, cancellation);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
    }

    public Task CommitAsync(CancellationToken cancellation)
    {
        if (committed)
            return Task.CompletedTask;
        var folder = Path.GetDirectoryName(target)!;
        for (var attempt = 1; ; attempt++)
        {
            DurableFiles.CreateFolder(folder);
            try
            {
                File.Move(path, target, overwrite: true);
                break;
            }
            catch (DirectoryNotFoundException) when (attempt < Attempts)
            {
                // It was empty, and went with the objects of an owner who is erased.
            }
        }
        DurableFiles.SyncFolder(folder);
        committed = true;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (!committed)
            File.Delete(path); // no file, no error: never made
        return ValueTask.CompletedTask;
    }
}
