"""Terms that are filled into messages, in Russian: what a file looks like, and why it cannot be decoded.

A term that is not here stays in English inside the Russian sentence: still one clear message.
"""

from __future__ import annotations

RUSSIAN_TERMS = {
    # node.material
    "a certificate": "сертификат",
    "a trust anchor": "сертификат доверенного УЦ",
    "a CRL": "список отзыва",
    "the register": "реестр",
    "the policy": "политика",
    "revocation data": "данные об отзыве",
    "the data folder": "папка данных",
    "the folder is empty": "папка пуста",
    "too large": "слишком велик",
    "its signature is false": "его подпись неверна",
    "it is not the key's certificate": "это сертификат другого ключа",
    # recognise.Kind
    "certificate": "сертификат",
    "CRL": "список отзыва (CRL)",
    "OCSP response": "ответ OCSP",
    "OCSP request": "запрос OCSP",
    "time-stamp": "штамп времени",
    "time-stamp response": "ответ службы штампов времени",
    "time-stamp request": "запрос штампа времени",
    "CMS signature": "подпись CMS",
    "DVCS request": "запрос DVCS",
    "receipt (DVCS response)": "квитанция (ответ DVCS)",
    "register of the TTP service": "реестр службы ДТС",
    "CMS message that is not a signature": "сообщение CMS, которое не является подписью",
    "private key": "закрытый ключ",
    "public key": "открытый ключ",
    "certificate request (PKCS #10)": "запрос на сертификат (PKCS #10)",
    "PKCS #12 key store": "хранилище ключей PKCS #12",
    "evidence record (RFC 4998)": "запись доказательств (RFC 4998)",
    "unknown": "неизвестный объект",
    # recognise.looks_like
    "PDF document": "документ PDF",
    "ZIP container (ASiC, office document)": "контейнер ZIP (ASiC, офисный документ)",
    "gzip archive": "архив gzip",
    "XML document": "документ XML",
    "XML or HTML": "XML или HTML",
    "picture": "изображение",
    "program": "программа",
    "damaged PEM": "повреждённый PEM",
    "damaged or unknown DER": "повреждённый или неизвестный DER",
    "zeros": "нули",
    "unknown binary data": "неизвестные двоичные данные",
    "plain text": "обычный текст",
    "unknown data": "неизвестные данные",
    # the decoder's most frequent reasons
    "length beyond the end of the data": "длина больше самих данных",
    "nested too deeply": "слишком глубокая вложенность",
    "too many elements": "слишком много элементов",
    "octets after the end": "лишние байты после конца",
    "another tag is expected": "ожидался другой тег",
    "truncated: no end-of-contents octets": "обрезано: нет конца содержимого",
    "truncated: length octets": "обрезано на длине",
    "a member is missing": "не хватает поля",
    "wrong number of members": "неверное число полей",
    "its own signature is false": "его собственная подпись неверна",
    # said of cryptographic modules
    "not certified": "не сертифицирован",
    "algorithm end dates": "сроки алгоритмов",
    # the operating system's
    "Permission denied": "нет прав доступа",
    "No such file or directory": "нет такого файла или папки",
    "Not a directory": "это не папка",
    "Is a directory": "это папка",
    "No space left on device": "нет места на диске",
    "Read-only file system": "файловая система только для чтения",
    "Connection refused": "в соединении отказано",
}
"""English term → Russian term."""
