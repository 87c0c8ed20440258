using System.Buffers;
using System.Security.Cryptography;
using StorageService.Objects;

namespace StorageService.Integrity;

/// <summary>Reads an object and compares its hash, no faster than it may.</summary>
internal sealed class ObjectCheck(ObjectContents contents, TimeProvider time)
{
    private const int BlockBytes = 128 * 1024;

    /// <summary>Null when the content is what the hash says, else what is wrong with it.</summary>
    public async Task<string?> FindDamageAsync(StoredObject known, long bytesPerSecond, CancellationToken cancellation)
    {
        try
        {
            await using var content = await contents.OpenAsync(known, cancellation);
            return content is null ? DamagedContentException.Gone
                : await HashAsync(content, bytesPerSecond, cancellation) == known.Sha256 ? null : "its hash is another";
        }
        catch (DamagedContentException e)
        {
            return e.What;
        }
        catch (IOException e)
        {
            return $"it can't be read: {e.Message}";
        }
    }

    private async Task<string> HashAsync(Stream content, long bytesPerSecond, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var began = time.GetTimestamp();
            long total = 0;
            for (int read; (read = await content.ReadAsync(block.AsMemory(0, BlockBytes), cancellation)) > 0;)
            {
                hash.AppendData(block, 0, read);
                total += read;
                var ahead = TimeSpan.FromSeconds((double)total / bytesPerSecond) - time.GetElapsedTime(began);
                if (ahead > TimeSpan.FromMilliseconds(1))
                    await Task.Delay(ahead, time, cancellation); // its share of the bandwidth is used up
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
