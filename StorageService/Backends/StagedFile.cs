using System.Buffers;

namespace StorageService.Backends;

/// <summary>A file in <c>incoming/</c> that is on the disk whole before it gets its name.</summary>
internal sealed class StagedFile(string path, string target) : IStagedObject
{
    private const int Attempts = 5, BlockBytes = 128 * 1024;
    private bool renamed;

    public async Task WriteAsync(Stream content, CancellationToken cancellation)
    {
        // In few large writes to the page cache, on the thread that has the bytes: asynchronous ones would each change threads, twice.
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            long length = 0;
            for (var filled = BlockBytes; filled == BlockBytes; length += filled)
            {
                filled = await content.ReadAtLeastAsync(block.AsMemory(0, BlockBytes), BlockBytes, throwOnEndOfStream: false, cancellation);
                RandomAccess.Write(file, block.AsSpan(0, filled), length);
            }
            RandomAccess.FlushToDisk(file);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException("The file system takes no file as large as this one.", e); // what .NET makes of EFBIG
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
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
