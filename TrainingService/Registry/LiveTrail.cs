namespace TrainingService.Registry;

/// <summary>Which versions of a model were live one after the other, as a rollback sees it: what was rolled back does not count.</summary>
internal static class LiveTrail
{
    /// <summary>The version that was live before the one that is; null when there was none.</summary>
    /// <param name="changes">The model's history, oldest first.</param>
    /// <param name="except">Versions that are no answer.</param>
    public static string? Previous(IEnumerable<(string Action, string Version)> changes, params string[] except)
    {
        var trail = new Stack<string>();
        foreach (var (action, version) in changes)
        {
            if (action == RegistryActions.Promoted)
                trail.Push(version);
            else if (action == RegistryActions.RolledBack && trail.TryPop(out _) && trail.Contains(version))
            {
                while (trail.Peek() != version)
                    trail.Pop(); // it went further back, over what was no better
            }
        }
        return trail.Skip(1).FirstOrDefault(version => !except.Contains(version));
    }
}
