namespace InferenceSuite.AppHost;

/// <summary>A secret in a file that only its owner reads.</summary>
internal static class SecretFile
{
    /// <summary>Made on first use. The file appears with its content or not at all, also when the machine stops in the middle.</summary>
    /// <exception cref="InvalidOperationException">The file is empty. What it once held may have sealed something, so no other is made.</exception>
    public static string ReadOrCreate(string file, Func<string> create)
    {
        if (!File.Exists(file))
            Create(file, create());
        var secret = File.ReadAllText(file).Trim();
        return secret.Length > 0
            ? secret
            : throw new InvalidOperationException($"'{file}' is empty. Put the secret back from your copy; if the suite never ran with one, delete the file and another is made.");
    }

    private static void Create(string file, string secret)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var unfinished = $"{file}.new";
        File.Delete(unfinished); // of a start that did not get to its end, perhaps with another's permissions
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(unfinished, options))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(secret));
            stream.Flush(flushToDisk: true);
        }
        File.Move(unfinished, file);
    }
}
