namespace ServiceDefaults.Outbox;

/// <summary>The one decision in the pump.</summary>
public static class OutboxPage
{
    /// <summary>
    /// Which messages of a page may be deleted: those confirmed whose subject has no earlier failure in the page.
    /// A later message of a failed subject is sent again behind it, so that a consumer's last word is the newest one.
    /// </summary>
    public static List<OutboxMessage> Confirmed(IReadOnlyList<OutboxMessage> page, Func<int, bool> isConfirmed)
    {
        var failed = new HashSet<string>();
        var confirmed = new List<OutboxMessage>(page.Count);
        for (var i = 0; i < page.Count; i++)
        {
            if (!isConfirmed(i))
                failed.Add(page[i].Subject);
            else if (!failed.Contains(page[i].Subject))
                confirmed.Add(page[i]);
        }
        return confirmed;
    }
}
