using System.Runtime.CompilerServices;

namespace StorageService.Backends;

/// <summary>
/// Objects as files: <c>objects/{owner}/ab/{sha256}</c> under one folder. Content is written and synced in
/// <c>incoming/</c>, then renamed into place and the folder synced, so that a name never shows half a file and a
/// committed file survives a power cut.
/// </summary>
internal sealed class DiskObjectStore : IObjectStore
{
    private readonly string objects;
    private readonly string incoming;

    public DiskObjectStore(string root)
    {
        objects = DurableFiles.CreateFolder(Path.Combine(Path.GetFullPath(root), "objects"));
        incoming = DurableFiles.CreateFolder(Path.Combine(Path.GetFullPath(root), "incoming"));
    }

    public int CommitLanes => 1;

    public async Task<IStagedObject> StageAsync(BlobName name, Stream content, CancellationToken cancellation)
    {
        var staged = new StagedFile(Path.Combine(incoming, Guid.NewGuid().ToString("N")), PathOf(name));
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

    public Task CommitAsync(IReadOnlyList<IStagedObject> staged, CancellationToken cancellation)
    {
        // All names first: the sync of one folder takes the journal along, and so most of the others' work.
        var folders = new HashSet<string>();
        foreach (var file in staged.Cast<StagedFile>())
            folders.Add(file.Rename());
        foreach (var folder in folders)
            DurableFiles.SyncFolder(folder);
        return Task.CompletedTask;
    }

    public Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(name), new FileStreamOptions
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

    public bool MayExist(BlobName name) => File.Exists(PathOf(name));

    public Task<bool> ExistsAsync(BlobName name, CancellationToken cancellation) => Task.FromResult(MayExist(name));

    public Task DeleteAsync(BlobName name, CancellationToken cancellation)
    {
        var path = PathOf(name);
        if (File.Exists(path))
        {
            File.Delete(path);
            DurableFiles.SyncFolder(Path.GetDirectoryName(path)!);
        }
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StoredBlob> ListAsync(string? owner, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var root = new DirectoryInfo(owner is null ? objects : Path.Combine(objects, owner));
        if (!root.Exists)
            yield break;
        foreach (var file in root.EnumerateFiles("*", SearchOption.AllDirectories)) // folder by folder, as it is walked
        {
            cancellation.ThrowIfCancellationRequested();
            if (BlobName.Parse(file.Directory!.Parent!.Name, file.Name) is { } name && file.FullName == PathOf(name))
                yield return new StoredBlob(name, file.LastWriteTimeUtc);
        }
        await Task.CompletedTask;
    }

    public Task<int> RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var removed = 0;
        foreach (var file in new DirectoryInfo(incoming).EnumerateFiles().Where(file => file.LastWriteTimeUtc < before))
        {
            file.Delete();
            removed++;
        }
        return Task.FromResult(removed);
    }

    public void ForgetOwner(string owner)
    {
        var folder = new DirectoryInfo(Path.Combine(objects, owner));
        if (!folder.Exists)
            return;
        foreach (var shard in folder.EnumerateDirectories())
            DurableFiles.DeleteIfEmpty(shard.FullName);
        DurableFiles.DeleteIfEmpty(folder.FullName);
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

    private string PathOf(BlobName name) => Path.Combine(objects, name.Owner, name.Key.Sha256[..2], name.Name);
}
