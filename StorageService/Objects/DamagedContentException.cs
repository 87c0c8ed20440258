namespace StorageService.Objects;

/// <summary>The bytes of an object are not those that were stored.</summary>
internal sealed class DamagedContentException(string what, Exception? inner = null) : Exception($"The object is damaged: {what}.", inner)
{
    /// <summary>Of an object without bytes.</summary>
    public const string Gone = "its content is gone";

    public string What => what;
}
