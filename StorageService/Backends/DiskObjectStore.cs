using StorageService.Objects;

namespace StorageService.Backends;

/// <summary>
/// Objects as files: <c>objects/{owner}/ab/{sha256}</c> under one folder. Content is written and synced in
/// <c>incoming/</c>, then renamed into place and the folder synced, so that a name never shows half a file and a
/// committed file survives a power cut.
/// </summary>
internal sealed class DiskObjectStore : IObjectStore
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private readonly string objects;
    private readonly string incoming;

    public DiskObjectStore(string root, TimeProvider time)
    {
        objects = DurableFiles.CreateFolder(Path.Combine(Path.GetFullPath(root), "objects"));
        incoming = DurableFiles.CreateFolder(Path.Combine(Path.GetFullPath(root), "incoming"));
        // What a killed process was taking in. Another one that shares the folder may be busy with the younger ones.
        foreach (var abandoned in new DirectoryInfo(incoming).EnumerateFiles().Where(file => time.GetUtcNow() - file.LastWriteTimeUtc > AbandonedAfter))
            abandoned.Delete();
    }

    public async Task<IStagedObject> StageAsync(ObjectKey key, Stream content, CancellationToken cancellation)
    {
        var staged = new StagedFile(Path.Combine(incoming, Guid.NewGuid().ToString("N")), PathOf(key));
        try
        {
            await staged.WriteAsync(content, cancellation);
            return staged;
        }
        catch
        {
            await staged.DisposeAsync();
            throw;
        }
    }

    public Task<Stream?> OpenAsync(ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(key), new FileStreamOptions
            {
                Options = FileOptions.Asynchronous,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0, // copied in large blocks anyway
            }));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public bool MayExist(ObjectKey key) => File.Exists(PathOf(key));

    public Task<bool> ExistsAsync(ObjectKey key, CancellationToken cancellation) => Task.FromResult(File.Exists(PathOf(key)));

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
            DurableFiles.SyncFolder(Path.GetDirectoryName(path)!);
        }
        return Task.CompletedTask;
    }

    public void ForgetOwner(string owner)
    {
        var folder = Path.Combine(objects, owner);
        if (!Directory.Exists(folder))
            return;
        Directory.Delete(folder, recursive: true); // with what a killed put may have left there
        DurableFiles.SyncFolder(objects);
    }

    public async Task CheckWritableAsync(CancellationToken cancellation)
    {
        await using var probe = new FileStream(Path.Combine(incoming, Guid.NewGuid().ToString("N")), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        });
        await probe.WriteAsync("ready"u8.ToArray(), cancellation);
    }

    private string PathOf(ObjectKey key) => Path.Combine(objects, key.Owner, key.Sha256[..2], key.Sha256);

    private sealed class StagedFile(string path, string target) : IStagedObject
    {
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
            var folder = DurableFiles.CreateFolder(Path.GetDirectoryName(target)!);
            File.Move(path, target, overwrite: true);
            DurableFiles.SyncFolder(folder);
            committed = true;
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            File.Delete(path); // no file, no error: committed, or never made
            return ValueTask.CompletedTask;
        }
    }
}
