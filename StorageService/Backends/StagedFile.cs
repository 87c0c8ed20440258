namespace StorageService.Backends;

/// <summary>A file in <c>incoming/</c> that is on the disk whole before it gets its name.</summary>
internal sealed class StagedFile(string path, string target) : IStagedObject
{
    private const int Attempts = 5;
    private bool renamed;

    public async Task WriteAsync(Stream content, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        try
        {
            await content.CopyToAsync(file, 128 * 1024, cancellation);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException("The file system takes no file as large as this one.", e); // what .NET makes of EFBIG
        }
        RandomAccess.FlushToDisk(file.SafeFileHandle);
    }

    /// <summary>Gives the file its name, which is durable once the folder that is returned is synced.</summary>
    /// <exception cref="IOException">Between two attempts somebody removed it: no row spoke of it then.</exception>
    public string Rename()
    {
        var folder = Path.GetDirectoryName(target)!;
        if (renamed && !File.Exists(target))
            throw new IOException($"The file '{target}' was removed before its row was committed.");
        for (var attempt = 1; !renamed; attempt++)
        {
            DurableFiles.CreateFolder(folder);
            try
            {
                File.Move(path, target, overwrite: true);
                renamed = true;
            }
            catch (DirectoryNotFoundException) when (attempt < Attempts)
            {
                // It was empty, and went with the objects of an owner who is erased.
            }
        }
        return folder;
    }

    public ValueTask DisposeAsync()
    {
        if (!renamed)
            File.Delete(path); // no file, no error: never made
        return ValueTask.CompletedTask;
    }
}
