namespace ServiceDefaults.Database;

/// <summary>UUIDv7: the order of the ids is the order of time, so that an index on the id is one on the time too.</summary>
public static class TimeOrderedIds
{
    /// <summary>The lowest id of a moment: whatever was made before is below it.</summary>
    public static Guid LowestOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(time).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = 0x70;
        bytes[7] = 0;
        bytes[8..].Clear();
        bytes[8] = 0x80;
        return new Guid(bytes, bigEndian: true);
    }
}
